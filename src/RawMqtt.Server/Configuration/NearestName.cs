// SPDX-License-Identifier: MIT

namespace RawMqtt.Server.Configuration;

/// <summary>Finds the name that was probably meant.</summary>
internal static class NearestName
{
    private const int LongestName = 64; // the distance takes the square of it

    /// <summary>Returns "; did you mean X?" without the mark, or an empty text if no name is near.</summary>
    public static string Hint(string name, IEnumerable<string> known)
    {
        if (name.Length > LongestName) return "";
        string? nearest = known.MinBy(one => Distance(name, one));
        return nearest is not null && Distance(name, nearest) <= Math.Max(2, nearest.Length / 3) ? $"; the nearest name is {nearest}" : "";
    }

    /// <summary>Returns how many letters must be changed, added or removed; a letter in the other case counts nothing.</summary>
    internal static int Distance(string from, string to)
    {
        int[] row = [.. Enumerable.Range(0, to.Length + 1)];
        for (int i = 1; i <= from.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.Length; j++)
            {
                bool isSame = char.ToUpperInvariant(from[i - 1]) == char.ToUpperInvariant(to[j - 1]);
                int changed = diagonal + (isSame ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(changed, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[to.Length];
    }
}
