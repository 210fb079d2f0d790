// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Text;

namespace RawMqtt.Cli;

/// <summary>Places the last message of each topic on a line of its own, in the order in which the topics came.</summary>
internal sealed class WatchScreen
{
    private readonly Dictionary<string, int> rows = [];

    /// <summary>Returns the text that puts a line in its topic's place, and the cursor below all lines.</summary>
    public byte[] Place(ReadOnlySpan<byte> topic, ReadOnlySpan<byte> line)
    {
        string name = Encoding.UTF8.GetString(topic);
        string clear = rows.Count == 0 ? "\e[2J" : "";
        if (!rows.TryGetValue(name, out int row)) rows.Add(name, row = rows.Count + 1);
        string text = Encoding.UTF8.GetString(line).TrimEnd('\n');
        return Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{clear}\e[{row};1H\e[2K{text}\e[{rows.Count + 1};1H"));
    }
}
