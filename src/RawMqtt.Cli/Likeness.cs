// SPDX-License-Identifier: MIT

using System.CommandLine;

namespace RawMqtt.Cli;

/// <summary>Finds what the user may have meant by a name that is not known.</summary>
internal static class Likeness
{
    private const int MostChanges = 2;

    /// <summary>Returns a sentence with the nearest option or command, or nothing.</summary>
    public static string Advice(Command command, string given)
    {
        bool isOption = given.StartsWith("--", StringComparison.Ordinal);
        if (!isOption && given.StartsWith('-')) return "";
        IEnumerable<string> names = isOption
            ? AllOptions(command).SelectMany(HelpText.NamesOf).Where(name => name.Length > 2)
            : command.Subcommands.Select(one => one.Name);
        (int changes, string? name) = names.Select(name => (Distance(given, name), name)).OrderBy(pair => pair.Item1).FirstOrDefault((int.MaxValue, ""));
        return changes <= MostChanges && changes < given.TrimStart('-').Length ? $". Did you mean {name}?" : "";
    }

    /// <summary>Returns how many letters must be put in, left out, changed or swapped with the next to make one text the other.</summary>
    internal static int Distance(string one, string other)
    {
        int[,] table = new int[one.Length + 1, other.Length + 1];
        for (int i = 0; i <= one.Length; i++) table[i, 0] = i;
        for (int j = 0; j <= other.Length; j++) table[0, j] = j;
        for (int i = 1; i <= one.Length; i++)
        {
            for (int j = 1; j <= other.Length; j++)
            {
                int change = one[i - 1] == other[j - 1] ? 0 : 1;
                table[i, j] = Math.Min(Math.Min(table[i - 1, j] + 1, table[i, j - 1] + 1), table[i - 1, j - 1] + change);
                bool isSwap = i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1];
                if (isSwap) table[i, j] = Math.Min(table[i, j], table[i - 2, j - 2] + 1);
            }
        }

        return table[one.Length, other.Length];
    }

    private static IEnumerable<Option> AllOptions(Command command) =>
        command.Options.Where(option => !option.Hidden).Concat(command.Parents.OfType<Command>().SelectMany(one => one.Options));
}
