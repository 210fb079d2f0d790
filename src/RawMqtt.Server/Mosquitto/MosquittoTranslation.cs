// SPDX-License-Identifier: MIT

using System.Globalization;
using RawMqtt.Server.Configuration;

namespace RawMqtt.Server.Mosquitto;

/// <summary>Turns the options of a mosquitto.conf into settings, and says what has no setting.</summary>
internal sealed class MosquittoTranslation
{
    private const string Limits = SettingTable.LimitPrefix;
    private const long MaxPayload = int.MaxValue - 70_000;
    private const string NoLimit = "0 means no limit there; here the default stays";

    private static readonly string[] ownName = ["*=%u"];

    private readonly MosquittoListener byDefault = new();
    private readonly MosquittoBridges bridges = new();
    private readonly List<MosquittoListener> listeners = [];
    private readonly Dictionary<string, (string Json, string Place)> settings = [];
    private readonly List<string> remarks = [];
    private readonly HashSet<string> remarked = [];
    private MqttLogLevel? logLevel;
    private bool isDefaultUsed;
    private bool asksForCertificates;

    /// <summary>Gets the settings by name, each as JSON with the place that it came from.</summary>
    public IReadOnlyDictionary<string, (string Json, string Place)> Settings => settings;

    /// <summary>Gets what could not be translated, or not exactly.</summary>
    public IReadOnlyList<string> Remarks => remarks;

    private MosquittoListener Current => listeners.Count > 0 ? listeners[^1] : byDefault;

    public void Take(IReadOnlyList<MosquittoLine> lines)
    {
        foreach (MosquittoLine line in lines)
        {
            string? remark = MosquittoRemarks.IsOfABridge(line.Name) ? bridges.Take(line) : Translate(line);
            if (remark is not null && remarked.Add(line.Place)) remarks.Add($"{line.Place}: {line.Name}: {remark}.");
        }

        if (bridges.Place is { } place) settings["Bridges"] = (bridges.Json, place);

        TakeListeners();
        if (!asksForCertificates && settings.Remove(nameof(BrokerSettings.ClientCertificateAuthorityFile), out (string Json, string Place) authorities))
        {
            remarks.Add($"{authorities.Place}: cafile: without require_certificate the broker asks for no certificate.");
        }
    }

    private void TakeListeners()
    {
        if (isDefaultUsed) listeners.Insert(0, byDefault);
        bool isLocal = listeners.Count == 0;
        if (isLocal) listeners.Add(new MosquittoListener { Host = "127.0.0.1", IsTls = byDefault.IsTls, IsWebSocket = byDefault.IsWebSocket });
        foreach (MosquittoListener listener in listeners.Where(one => one.Host.Length == 0 && !one.IsIPv6))
            remarks.Add($"{listener.Place}: the listener is on all IPv4 addresses; write [::] in place of 0.0.0.0 for IPv6 too.");
        Set("Listeners", listeners.Select(listener => listener.Address).Distinct().ToArray(), isLocal ? "no listener: this machine only" : listeners[0].Place!);
        if (!isLocal && !settings.ContainsKey("AllowAnonymous")) Set("AllowAnonymous", false, "mosquitto's default with a listener");
    }

    /// <summary>Returns null, or why the line is not translated exactly.</summary>
    private string? Translate(MosquittoLine line) => line.Name switch
    {
        "listener" => AddListener(line),
        "port" => SetDefault(line, () => byDefault.Port = line.Value),
        "bind_address" => SetDefault(line, () => byDefault.Host = line.Value),
        "protocol" => line.Value is "mqtt" or "websockets" ? Apply(() => Current.IsWebSocket = line.Value == "websockets") : "it is not known",
        "socket_domain" => Apply(() => Current.IsIPv6 = line.Value == "ipv6"),
        "certfile" => Apply(() => Current.IsTls = true) ?? SetOnce("CertificateFile", line),
        "keyfile" => SetOnce("KeyFile", line),
        "cafile" => SetOnce("ClientCertificateAuthorityFile", line),
        "crlfile" => SetOnce("RevocationListFile", line),
        "require_certificate" => Flag(line, isOn => AskForCertificates(isOn, line)),
        "use_identity_as_username" => Flag(line, isOn => isOn ? SetOnce("ClientCertificateUserName", line with { Value = "CommonName" }) : null),
        "use_subject_as_username" => Flag(line, isOn => isOn ? SetOnce("ClientCertificateUserName", line with { Value = "Subject" }) : null),
        "allow_anonymous" => Flag(line, isOn => SetOnce("AllowAnonymous", line, isOn)),
        "password_file" => SetOnce("PasswordFile", line),
        "acl_file" => SetOnce("AccessFile", line),
        "clientid_prefixes" => SetOnce("ClientIds", line, new[] { $"*={line.Value}*" }),
        "use_username_as_clientid" => Flag(line, isOn => !isOn ? null : SetOnce("ClientIds", line, ownName)
            ?? "a client must take its user name as identifier itself, others are refused"),
        "max_packet_size" => Number(line, value => value == 0 ? NoLimit : SetOnce(Limits + "MaxPacketLength", line, value)),
        "message_size_limit" => Number(line, value => value == 0 ? NoLimit : SetOnce(Limits + "MaxPacketLength", line, Math.Min(value, MaxPayload) + 65_544)
            ?? "it counts payloads; MaxPacketLength counts packets, with the longest topic"),
        "max_connections" when line.Value == "-1" => null,
        "max_connections" => Number(line, value => SetOnce(Limits + "MaxConnections", line, value) ?? "it counts for all listeners together"),
        "max_inflight_messages" => Number(line, value => SetOnce(Limits + "MaxInFlight", line, value == 0 ? 65_535 : Math.Min(value, 65_535))
            ?? SetOnce(Limits + "InitialInFlight", line, value == 0 ? 20 : Math.Min(value, 65_535))),
        "max_inflight_bytes" => Number(line, value => value == 0 ? NoLimit : SetOnce(Limits + "MaxInFlightBytes", line, value)),
        "max_queued_messages" => Number(line, value => value == 0 ? NoLimit : SetOnce(Limits + "MaxQueuedMessages", line, value)),
        "max_queued_bytes" => Number(line, value => value == 0 ? NoLimit : SetOnce(Limits + "MaxQueuedBytes", line, value)),
        "persistent_client_expiration" => DaysOf(line.Value) is { } days ? SetOnce(Limits + "SessionExpiry", line, TimeSpan.FromDays(days)) : "it is no time",
        "sys_interval" => Number(line, value => SetOnce("SystemTopicsInterval", line, TimeSpan.FromSeconds(Math.Min(value, 1e6)))),
        "log_dest" when line.Value == "none" => SetOnce("Quiet", line, true),
        "log_type" => SetLogLevel(line),
        _ => MosquittoRemarks.Of(line),
    };

    private string? AddListener(MosquittoLine line)
    {
        string[] parts = line.Value.Split([' ', '\t'], 2, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        bool isPort = parts.Length > 0 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port is > 0 and < 65_536;
        if (!isPort) return "it has no port; a listener on a socket of the file system is not supported";
        listeners.Add(new MosquittoListener { Port = parts[0], Host = parts.Length > 1 ? parts[1] : "", Place = line.Place });
        return null;
    }

    private string? SetDefault(MosquittoLine line, Action set)
    {
        isDefaultUsed = true;
        byDefault.Place ??= line.Place;
        return Apply(set);
    }

    private string? AskForCertificates(bool isOn, MosquittoLine line)
    {
        asksForCertificates |= isOn;
        return isOn ? SetOnce("ClientCertificates", line with { Value = "Required" }) : null;
    }

    private string? SetLogLevel(MosquittoLine line)
    {
        if (line.Value == "none") return SetOnce("Quiet", line, true);
        MqttLogLevel level = line.Value switch { "error" => MqttLogLevel.Error, "warning" => MqttLogLevel.Warning, _ => MqttLogLevel.Information };
        if (level >= logLevel) return null;
        logLevel = level;
        Set("LogLevel", level.ToString(), line.Place);
        return null;
    }

    private string? SetOnce(string name, MosquittoLine line) => SetOnce(name, line, line.Value);

    private string? SetOnce(string name, MosquittoLine line, object value)
    {
        if (!settings.TryGetValue(name, out (string Json, string Place) first)) Set(name, value, line.Place);
        else if (first.Json != SettingText.ToJson(value)) return $"a broker of RawMqtt has one value for all listeners, and takes that of {first.Place}";
        return null;
    }

    private void Set(string name, object value, string place) => settings[name] = (SettingText.ToJson(value), place);

    private static string? Apply(Action set)
    {
        set();
        return null;
    }

    private static string? Flag(MosquittoLine line, Func<bool, string?> take) =>
        line.Value is "true" or "1" ? take(true) : line.Value is "false" or "0" ? take(false) : "it is neither true nor false";

    private static string? Number(MosquittoLine line, Func<long, string?> take) =>
        int.TryParse(line.Value, NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? take(value) : "it is no number that fits";

    /// <summary>A number with h, d, w, m or y behind it, as mosquitto writes times.</summary>
    private static double? DaysOf(string text)
    {
        double? unit = text.Length < 2 ? null : text[^1] switch { 'h' => 1 / 24.0, 'd' => 1, 'w' => 7, 'm' => 30, 'y' => 365, _ => null };
        bool isNumber = double.TryParse(text.AsSpan(0, Math.Max(0, text.Length - 1)), NumberStyles.None, CultureInfo.InvariantCulture, out double number);
        return unit is not null && isNumber && number * unit < 36_500 ? number * unit : null;
    }
}
