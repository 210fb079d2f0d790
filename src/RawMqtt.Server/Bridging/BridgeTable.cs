// SPDX-License-Identifier: MIT

using System.Diagnostics.CodeAnalysis;
using RawMqtt.Server.Configuration;

namespace RawMqtt.Server.Bridging;

/// <summary>The members of an entry of <c>Bridges</c>, in the order in which they are printed. Each reads and writes the last bridge of the settings.</summary>
internal static class BridgeTable
{
    private static readonly Dictionary<string, Setting> byName = Create().ToDictionary(setting => setting.Name);

    public static IReadOnlyCollection<Setting> All => byName.Values;

    /// <summary>Gets settings whose last bridge has nothing set.</summary>
    public static BrokerSettings Empty { get; } = new() { Bridges = [new BridgeSettings()] };

    public static bool TryFind(string name, [NotNullWhen(true)] out Setting? setting) => byName.TryGetValue(name, out setting);

    /// <summary>Returns the members of a bridge that say more than their default, with their values.</summary>
    public static IEnumerable<(Setting Setting, object? Value)> Set(BridgeSettings bridge)
    {
        var settings = new BrokerSettings { Bridges = [bridge] };
        foreach (Setting setting in All)
        {
            object? value = setting.Get(settings);
            if (SettingText.ToJson(value) != SettingText.ToJson(setting.Get(Empty))) yield return (setting, value);
        }
    }

    private static Setting[] Create() =>
    [
        Of(SettingKind.Text, nameof(BridgeSettings.Name), "Names its session and its state topic: no +, no # and no /.", b => b.Name,
            (b, v) => b with { Name = (string)v! }),
        Of(SettingKind.Texts, nameof(BridgeSettings.Addresses), "Addresses of the far broker, or of the nodes of a cluster.", b => b.Addresses,
            (b, v) => b with { Addresses = (IReadOnlyList<string>)v! }),
        Of(SettingKind.Texts, nameof(BridgeSettings.Topics), "Rules: FILTER [out|in|both] [QOS] [LOCAL-PREFIX] [REMOTE-PREFIX].", b => b.Topics,
            (b, v) => b with { Topics = (IReadOnlyList<string>)v! }),
        Of(SettingKind.Flag, nameof(BridgeSettings.IsBridge), "The far broker takes bridges (protocol level 0x84): mosquitto, and ours with AllowBridges.",
            b => b.IsBridge, (b, v) => b with { IsBridge = (bool)v! }),
        Text(nameof(BridgeSettings.ClientId), "The client identifier there; null for MACHINE.NAME.", b => b.ClientId, (b, v) => b with { ClientId = v }),
        Text(nameof(BridgeSettings.UserName), "The user name there.", b => b.UserName, (b, v) => b with { UserName = v }),
        File(nameof(BridgeSettings.PasswordFile), "A file whose first line is the password.", b => b.PasswordFile, (b, v) => b with { PasswordFile = v }),
        File(nameof(BridgeSettings.CertificateAuthorityFile), "The authorities to trust, PEM; null for the machine's.", b => b.CertificateAuthorityFile,
            (b, v) => b with { CertificateAuthorityFile = v }),
        File(nameof(BridgeSettings.CertificateFile), "The bridge's own certificate.", b => b.CertificateFile, (b, v) => b with { CertificateFile = v }),
        File(nameof(BridgeSettings.KeyFile), "The private key of that certificate.", b => b.KeyFile, (b, v) => b with { KeyFile = v }),
        File(nameof(BridgeSettings.SessionFile), "The file of the session there, which QoS 2 needs.", b => b.SessionFile, (b, v) => b with { SessionFile = v }),
        Of(SettingKind.Time, nameof(BridgeSettings.KeepAlive), "The keep alive time.", b => b.KeepAlive, (b, v) => b with { KeepAlive = (TimeSpan)v! }),
        Of(SettingKind.Count, nameof(BridgeSettings.MaxInFlight), "Messages of one direction that are not acknowledged yet.", b => (long)b.MaxInFlight,
            (b, v) => b with { MaxInFlight = (int)(long)v! }) with { Maximum = 65_535 },
        Of(SettingKind.Count, nameof(BridgeSettings.MaxQueuedMessages), "Messages that may wait for the far broker.", b => (long)b.MaxQueuedMessages,
            (b, v) => b with { MaxQueuedMessages = (int)(long)v! }) with { Maximum = int.MaxValue },
        Of(SettingKind.Bytes, nameof(BridgeSettings.MaxQueuedBytes), "Their topics and payloads.", b => b.MaxQueuedBytes,
            (b, v) => b with { MaxQueuedBytes = (long)v! }),
        Of(SettingKind.Time, nameof(BridgeSettings.MaxAge), "How long a message may wait; 0 for no limit.", b => b.MaxAge,
            (b, v) => b with { MaxAge = (TimeSpan)v! }),
    ];

    private static Setting Of(
        SettingKind kind, string name, string description, Func<BridgeSettings, object?> get, Func<BridgeSettings, object?, BridgeSettings> set) =>
        new(name, kind, description, s => get(s.Bridges[^1]), (s, v) => s with { Bridges = [.. s.Bridges.SkipLast(1), set(s.Bridges[^1], v)] });

    private static Setting Text(string name, string description, Func<BridgeSettings, string?> get, Func<BridgeSettings, string?, BridgeSettings> set) =>
        Of(SettingKind.Text, name, description, get, (b, v) => set(b, (string?)v)) with { IsOptional = true };

    private static Setting File(string name, string description, Func<BridgeSettings, string?> get, Func<BridgeSettings, string?, BridgeSettings> set) =>
        Of(SettingKind.File, name, description, get, (b, v) => set(b, (string?)v)) with { IsOptional = true };
}
