// SPDX-License-Identifier: MIT

using RawMqtt.Server.Configuration;

namespace RawMqtt.Server.Bridging;

/// <summary>Reads bridges as the command line and the environment have them:
/// <c>NAME=ADDRESS[,ADDRESS...][;MEMBER=VALUE...][;RULE...]</c>, one on each line.</summary>
internal static class BridgeText
{
    /// <summary>Returns the bridges of a text.</summary>
    /// <exception cref="FormatException">The text is none; the message says what is wrong.</exception>
    public static IReadOnlyList<BridgeSettings> Parse(string text) =>
        [.. text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(ParseOne)];

    private static BridgeSettings ParseOne(string text)
    {
        string[] parts = text.Split(';', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        int equals = parts.Length == 0 ? -1 : parts[0].IndexOf('=', StringComparison.Ordinal);
        if (equals < 1) throw new FormatException($"\"{text}\" must be NAME=ADDRESS;RULE, such as \"cloud=wss://host/mqtt;sensors/# out 1\"");
        var settings = new BrokerSettings
        {
            Bridges =
            [
                new BridgeSettings
                {
                    Name = parts[0][..equals],
                    Addresses = parts[0][(equals + 1)..].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
                },
            ],
        };
        foreach (string part in parts.Skip(1)) settings = Add(settings, part);
        BridgeSettings bridge = settings.Bridges[0];
        return bridge.FindFault() is { } fault ? throw new FormatException($"bridge {bridge.Name}: {fault}") : bridge;
    }

    private static BrokerSettings Add(BrokerSettings settings, string part)
    {
        int equals = part.IndexOf('=', StringComparison.Ordinal);
        if (equals > 0 && BridgeTable.TryFind(part[..equals], out Setting? member))
        {
            object? value = SettingText.Parse(member, part[(equals + 1)..]);
            return member.Set(settings, member.Kind == SettingKind.File && value is string file ? Path.GetFullPath(file) : value);
        }

        BridgeSettings bridge = settings.Bridges[0];
        return settings with { Bridges = [bridge with { Topics = [.. bridge.Topics, part] }] };
    }
}
