// SPDX-License-Identifier: MIT

using System.Text;

namespace RawMqtt.WebSockets;

/// <summary>The elements of a comma-separated field value, RFC 9110 5.6.1; empty elements are skipped.</summary>
internal ref struct HttpList(ReadOnlySpan<byte> value)
{
    private ReadOnlySpan<byte> rest = value;

    /// <summary>The element that <see cref="MoveNext"/> came to.</summary>
    public ReadOnlySpan<byte> Current { get; private set; }

    /// <summary>Goes to the next element that is not empty.</summary>
    public bool MoveNext()
    {
        while (!rest.IsEmpty)
        {
            int comma = rest.IndexOf((byte)',');
            Current = (comma < 0 ? rest : rest[..comma]).Trim(" \t"u8);
            rest = comma < 0 ? default : rest[(comma + 1)..];
            if (!Current.IsEmpty) return true;
        }

        return false;
    }

    /// <summary>Whether a list has a token, compared without regard to ASCII case.</summary>
    public static bool Has(ReadOnlySpan<byte> value, ReadOnlySpan<byte> token)
    {
        var list = new HttpList(value);
        while (list.MoveNext())
        {
            if (Ascii.EqualsIgnoreCase(list.Current, token)) return true;
        }

        return false;
    }
}
