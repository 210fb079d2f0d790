// SPDX-License-Identifier: MIT

using System.Globalization;
using RawMqtt.Server.Configuration;

namespace RawMqtt.Server.Mosquitto;

/// <summary>Turns the connections of a mosquitto.conf into bridges: the options after a line <c>connection NAME</c> are those of that connection.</summary>
internal sealed class MosquittoBridges
{
    private const string Local = "the own bridge needs no login";

    private readonly List<BridgeSettings> bridges = [];
    private bool isPrivate = true;

    /// <summary>Gets where the first connection stands; null for none.</summary>
    public string? Place { get; private set; }

    /// <summary>Gets the bridges as JSON.</summary>
    public string Json => SettingText.ToJson(bridges);

    private BridgeSettings Current
    {
        get => bridges[^1];
        set => bridges[^1] = value;
    }

    /// <summary>Takes an option of a connection.</summary>
    /// <returns>null, or why the line is not translated exactly.</returns>
    public string? Take(MosquittoLine line)
    {
        if (line.Name == "connection") return Begin(line);
        if (bridges.Count == 0) return "it stands before the first connection";
        switch (line.Name)
        {
            case "address" or "addresses":
                Current = Current with { Addresses = [.. Current.Addresses, .. Split(line.Value).Select(AddressOf)] };
                return null;
            case "topic":
                return AddTopic(line.Value);
            case "remote_clientid" or "clientid":
                Current = Current with { ClientId = line.Value };
                return null;
            case "remote_username" or "username":
                Current = Current with { UserName = line.Value };
                return null;
            case "remote_password" or "password":
                return "write the password to a file, and name that as PasswordFile of the bridge";
            case "keepalive_interval":
                return SetKeepAlive(line.Value);
            case "try_private":
                isPrivate = line.Value is not ("false" or "0");
                return null;
            default:
                return line.Name.StartsWith("bridge_", StringComparison.Ordinal) ? TakeTls(line) : RemarkOn(line);
        }
    }

    private string? Begin(MosquittoLine line)
    {
        Place ??= line.Place;
        isPrivate = true;
        if (line.Value.Length == 0) return "it has no name";
        bridges.Add(new BridgeSettings { Name = string.Concat(line.Value.Select(c => c is '+' or '#' or '/' ? '-' : c)) });
        return Current.Name == line.Value ? null : $"the name of a bridge has no +, # and /: it is {Current.Name}";
    }

    /// <summary>Without a QoS mosquitto takes 0. The same topics both ways need a far broker that takes bridges.</summary>
    private string? AddTopic(string value)
    {
        string[] parts = [.. Split(value)];
        string text = parts.Length switch { 1 => $"{parts[0]} out 0", 2 => $"{value} 0", _ => value };
        try
        {
            _ = MqttBridgeRule.Parse(text);
        }
        catch (ArgumentException)
        {
            return "its form is not known";
        }

        Current = Current with { Topics = [.. Current.Topics, text] };
        if (Current.IsBridge || !isPrivate || Current.FindFault() is not { } fault || !fault.Contains("would come back", StringComparison.Ordinal)) return null;
        Current = Current with { IsBridge = true };
        return "the same topics go both ways: the far broker must take bridges, as mosquitto does, and brokers of RawMqtt with AllowBridges";
    }

    private string? SetKeepAlive(string value)
    {
        if (!ushort.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out ushort seconds)) return "it is no number that fits";
        Current = Current with { KeepAlive = TimeSpan.FromSeconds(seconds) };
        return null;
    }

    private string? TakeTls(MosquittoLine line)
    {
        switch (line.Name)
        {
            case "bridge_cafile":
                Current = Current with { CertificateAuthorityFile = line.Value, Addresses = [.. Current.Addresses.Select(OverTls)] };
                return null;
            case "bridge_capath":
                Current = Current with { Addresses = [.. Current.Addresses.Select(OverTls)] };
                return "write the authorities into one file, for CertificateAuthorityFile of the bridge; without it those of the machine are trusted";
            case "bridge_certfile":
                Current = Current with { CertificateFile = line.Value };
                return null;
            case "bridge_keyfile":
                Current = Current with { KeyFile = line.Value };
                return null;
            case "bridge_insecure" when line.Value is "false" or "0":
            case "bridge_protocol_version" when line.Value is "mqttv311":
            case "bridge_attempt_unsubscribe" or "bridge_outgoing_retain" when line.Value is "true" or "1":
                return null;
            default:
                return "it has no setting here";
        }
    }

    private static string? RemarkOn(MosquittoLine line) => (line.Name, line.Value) switch
    {
        ("cleansession" or "local_cleansession", "false") or ("start_type", "automatic") or ("round_robin" or "notifications_local_only", "false") => null,
        ("notifications", "true") or ("restart_timeout", _) => null,
        ("local_username" or "local_password" or "local_clientid", _) => Local,
        ("cleansession" or "local_cleansession", _) => "the sessions of a bridge are kept",
        ("notifications" or "notification_topic", _) => "the state of a bridge stands in $SYS/broker/connection/NAME/state",
        _ => "it has no setting here",
    };

    private string AddressOf(string host)
    {
        bool hasPort = host.AsSpan(host.LastIndexOf(']') + 1).Contains(':');
        string address = $"mqtt://{host}{(hasPort ? "" : ":1883")}";
        return Current.CertificateAuthorityFile is null ? address : OverTls(address);
    }

    private static string OverTls(string address) =>
        address.StartsWith("mqtt:", StringComparison.Ordinal) ? "mqtts:" + address["mqtt:".Length..] : address;

    private static string[] Split(string value) => value.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
}
