// SPDX-License-Identifier: MIT

using System.Diagnostics.CodeAnalysis;

namespace RawMqtt.Server.Configuration;

/// <summary>All settings, in the order in which they are printed.</summary>
internal static class SettingTable
{
    public const string LimitPrefix = "Limits.";

    private static readonly Dictionary<string, Setting> byName = Create().ToDictionary(setting => setting.Name);

    public static IReadOnlyCollection<Setting> All => byName.Values;

    public static bool TryFind(string name, [NotNullWhen(true)] out Setting? setting) => byName.TryGetValue(name, out setting);

    /// <summary>Returns the setting of a name.</summary>
    /// <exception cref="ConfigurationException">There is none; the message has the nearest name.</exception>
    public static Setting Find(string name) =>
        TryFind(name, out Setting? setting) ? setting : throw new ConfigurationException($"{name} is not known{NearestName.Hint(name, byName.Keys)}.");

    private static IEnumerable<Setting> Create() =>
    [
        Texts(nameof(MqttBrokerOptions.Listeners), "Addresses to listen on: ws, wss, mqtt or mqtts.", o => o.Listeners, (o, v) => o with { Listeners = v }),
        Texts(nameof(MqttBrokerOptions.WebSocketPaths), "Paths that ws and wss listeners without a path serve.", o => o.WebSocketPaths,
            (o, v) => o with { WebSocketPaths = v }),
        Flag(nameof(MqttBrokerOptions.AllowMissingSubprotocol), "Take WebSocket clients that offer no subprotocol, such as some mini programs.",
            o => o.AllowMissingSubprotocol, (o, v) => o with { AllowMissingSubprotocol = v }),
        Flag(nameof(MqttBrokerOptions.SharesClientIds), "Let a user take over the client identifier of another one.", o => o.SharesClientIds,
            (o, v) => o with { SharesClientIds = v }),
        Flag(nameof(MqttBrokerOptions.AllowBridges), "Take bridges of other brokers, which connect with protocol level 0x84.", o => o.AllowBridges,
            (o, v) => o with { AllowBridges = v }),
        Texts(nameof(MqttBrokerOptions.HostNames), "Names and addresses by which browsers reach the broker.", o => o.HostNames,
            (o, v) => o with { HostNames = v }),
        Texts(nameof(MqttBrokerOptions.AllowedOrigins), "Origins of web pages that may connect; * for all.", o => o.AllowedOrigins,
            (o, v) => o with { AllowedOrigins = v }),
        Texts(nameof(MqttBrokerOptions.TrustedProxies), "Addresses and networks of proxies that tell their clients' addresses.", o => o.TrustedProxies,
            (o, v) => o with { TrustedProxies = v }),
        Of(SettingKind.Text, nameof(MqttBrokerOptions.ProxyHeader), "The header in which those proxies name their clients.", s => s.Options.ProxyHeader,
            (s, v) => s with { Options = s.Options with { ProxyHeader = (string)v! } }),
        File(nameof(MqttBrokerOptions.CertificateFile), "The server's certificate with its chain: PEM or PKCS #12.", s => s.Options.CertificateFile,
            (s, v) => s with { Options = s.Options with { CertificateFile = v } }),
        File(nameof(MqttBrokerOptions.KeyFile), "The certificate's private key, PEM.", s => s.Options.KeyFile,
            (s, v) => s with { Options = s.Options with { KeyFile = v } }),
        File(nameof(BrokerSettings.KeyPasswordFile), "A file whose first line is the passphrase of the key.", s => s.KeyPasswordFile,
            (s, v) => s with { KeyPasswordFile = v }),
        Choice(nameof(BrokerSettings.ClientCertificates), "Whether TLS clients show certificates.", s => s.ClientCertificates,
            (s, v) => s with { ClientCertificates = v }),
        File(nameof(BrokerSettings.ClientCertificateAuthorityFile), "The authorities of client certificates, PEM.", s => s.ClientCertificateAuthorityFile,
            (s, v) => s with { ClientCertificateAuthorityFile = v }),
        Choice(nameof(BrokerSettings.ClientCertificateUserName), "The part of a client certificate that is the user name.", s => s.ClientCertificateUserName,
            (s, v) => s with { ClientCertificateUserName = v }),
        File(nameof(BrokerSettings.RevocationListFile), "Revocation lists of those authorities, PEM or DER.", s => s.RevocationListFile,
            (s, v) => s with { RevocationListFile = v }),
        File(nameof(MqttBrokerOptions.PasswordFile), "User names and hashes, of rawmqtt passwd or mosquitto_passwd.", s => s.Options.PasswordFile,
            (s, v) => s with { Options = s.Options with { PasswordFile = v } }),
        Of(SettingKind.Flag, nameof(MqttBrokerOptions.AllowAnonymous), "Take clients without a user name; null: those on this machine, without PasswordFile.",
            s => s.Options.AllowAnonymous, (s, v) => s with { Options = s.Options with { AllowAnonymous = (bool?)v } }) with { IsOptional = true },
        Of(SettingKind.Texts, nameof(BrokerSettings.ClientIds), "Client identifiers that users may take, as USER=PATTERN.", s => s.ClientIds,
            (s, v) => s with { ClientIds = (IReadOnlyList<string>)v! }),
        File(nameof(BrokerSettings.AccessFile), "Access rules in the syntax of mosquitto's acl_file.", s => s.AccessFile, (s, v) => s with { AccessFile = v }),
        Flag(nameof(MqttBrokerOptions.EndRefusedPublishers), "End the connection of a client that publishes where it may not; false: drop the message.",
            o => o.EndRefusedPublishers, (o, v) => o with { EndRefusedPublishers = v }),
        Choice(nameof(MqttBrokerOptions.WhenQueueFull), "What happens when a message has no place in the queue of a client.", s => s.Options.WhenQueueFull,
            (s, v) => s with { Options = s.Options with { WhenQueueFull = v } }),
        Choice(nameof(MqttBrokerOptions.Durability), "What the broker keeps over the end of its process, in DataDirectory.", s => s.Options.Durability,
            (s, v) => s with { Options = s.Options with { Durability = v } }),
        File(nameof(MqttBrokerOptions.DataDirectory), "The folder of the broker's journal.", s => s.Options.DataDirectory,
            (s, v) => s with { Options = s.Options with { DataDirectory = v } }),
        Of(SettingKind.Time, nameof(MqttBrokerOptions.SystemTopicsInterval), "The interval of the $SYS topics; 0 for none.",
            s => s.Options.SystemTopicsInterval, (s, v) => s with { Options = s.Options with { SystemTopicsInterval = (TimeSpan)v! } }),
        Of(SettingKind.Time, nameof(MqttBrokerOptions.StopTimeout), "How long a stop waits for the clients.",
            s => s.Options.StopTimeout, (s, v) => s with { Options = s.Options with { StopTimeout = (TimeSpan)v! } }),
        Of(SettingKind.Text, nameof(BrokerSettings.MetricsListener), "HOST:PORT that answers GET /metrics for Prometheus.", s => s.MetricsListener,
            (s, v) => s with { MetricsListener = (string?)v }) with { IsOptional = true },
        Of(SettingKind.Bridges, nameof(BrokerSettings.Bridges), "Bridges to other brokers, see docs/bridge.md.", s => s.Bridges,
            (s, v) => s with { Bridges = (IReadOnlyList<BridgeSettings>)v! }),
        Choice(nameof(BrokerSettings.LogLevel), "The lowest level of log lines that are written.", s => s.LogLevel, (s, v) => s with { LogLevel = v }),
        Of(SettingKind.Flag, nameof(BrokerSettings.LogJson), "Write log lines as JSON objects.", s => s.LogJson, (s, v) => s with { LogJson = (bool)v! }),
        Of(SettingKind.Flag, nameof(BrokerSettings.Quiet), "Write no log.", s => s.Quiet, (s, v) => s with { Quiet = (bool)v! }),
        .. LimitSettings.Create(),
    ];

    private static Setting Of(
        SettingKind kind, string name, string description, Func<BrokerSettings, object?> get, Func<BrokerSettings, object?, BrokerSettings> set) =>
        new(name, kind, description, get, set);

    private static Setting Flag(
        string name, string description, Func<MqttBrokerOptions, bool> get, Func<MqttBrokerOptions, bool, MqttBrokerOptions> set) =>
        new(name, SettingKind.Flag, description, s => get(s.Options), (s, v) => s with { Options = set(s.Options, (bool)v!) });

    private static Setting Texts(string name, string description, Func<MqttBrokerOptions, IReadOnlyList<string>> get,
        Func<MqttBrokerOptions, IReadOnlyList<string>, MqttBrokerOptions> set) =>
        new(name, SettingKind.Texts, description, s => get(s.Options), (s, v) => s with { Options = set(s.Options, (IReadOnlyList<string>)v!) });

    private static Setting File(string name, string description, Func<BrokerSettings, string?> get, Func<BrokerSettings, string?, BrokerSettings> set) =>
        new(name, SettingKind.File, description, get, (s, v) => set(s, (string?)v)) { IsOptional = true };

    private static Setting Choice<T>(string name, string description, Func<BrokerSettings, T> get, Func<BrokerSettings, T, BrokerSettings> set)
        where T : struct, Enum =>
        new(name, SettingKind.Choice, description, s => get(s).ToString(), (s, v) => set(s, Enum.Parse<T>((string)v!))) { Choices = Enum.GetNames<T>() };
}
