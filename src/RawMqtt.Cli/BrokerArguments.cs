// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Collections;
using System.CommandLine;
using System.CommandLine.Parsing;
using RawMqtt.Server;

namespace RawMqtt.Cli;

/// <summary>The options of <c>rawmqtt broker</c> that are settings: they count over the environment, which counts over the file.</summary>
internal static class BrokerArguments
{
    private static readonly SearchValues<char> NotInHost = SearchValues.Create(":/@[] \t");

    private static readonly Option<string[]> Ws = new("--ws")
    {
        Description = "Listen for WebSocket at HOST:PORT; may be repeated; port 0 takes a free one.",
        HelpName = "HOST:PORT",
    };

    private static readonly Option<string[]> Wss = new("--wss") { Description = "Listen for WebSocket over TLS.", HelpName = "HOST:PORT" };
    private static readonly Option<string[]> Tcp = new("--tcp") { Description = "Listen for MQTT over TCP.", HelpName = "HOST:PORT" };
    private static readonly Option<string[]> Tls = new("--tls") { Description = "Listen for MQTT over TLS.", HelpName = "HOST:PORT" };
    private static readonly Option<string?> Path = new("--path")
    {
        Description = "The path of the WebSocket listeners; /mqtt when not given.",
        HelpName = "PATH",
    };

    private static readonly Option<string?> Config = new("--config")
    {
        Description = "A configuration file: JSON with comments, see docs/operating.md; or RAWMQTT_BROKER_CONFIG.",
        HelpName = "FILE",
    };

    private static readonly Option<string?> Preset = new("--preset")
    {
        Description = "emqx: listen at 1883, 8083 /mqtt, 8084 /mqtt and 8883 of this machine.",
        HelpName = "emqx",
    };

    private static readonly Option<string[]> Limit = new("--limit")
    {
        Description = "Set a limit by its name, such as MaxPacketLength=64KiB; may be repeated; --limits shows all.",
        HelpName = "NAME=VALUE",
    };

    private static readonly Option<string[]> Set = new("--set")
    {
        Description = "Set a member of the configuration by its name; may be repeated; --print-config shows all.",
        HelpName = "NAME=VALUE",
    };

    private static readonly Option<int?> MaxPacket = new("--max-packet")
    {
        Description = "The longest packet that clients may send, in bytes.",
        HelpName = "BYTES",
    };

    private static readonly Option<string[]> AllowOrigin = new("--allow-origin")
    {
        Description = "An origin of web pages that may connect; * for all; may be repeated.",
        HelpName = "ORIGIN",
    };

    private static readonly Option<string[]> HostName = new("--host-name")
    {
        Description = "A name or address by which browsers reach the broker: pages by another host are refused; may be repeated.",
        HelpName = "HOST",
    };

    private static readonly Option<string[]> DevCert = new("--dev-cert")
    {
        Description = "Serve TLS with a certificate of rawmqtt dev-cert, made or renewed now, and say how clients trust it. NAME: further names.",
        HelpName = "NAME",
        Arity = ArgumentArity.ZeroOrMore,
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<string?> DevCertFolder = new("--dev-cert-dir") { Description = "Where dev-cert keeps its files.", HelpName = "DIR" };

    private static readonly Option<string[]> TrustedProxy = new("--trusted-proxy")
    {
        Description = "An address or network of proxies that tell the broker their clients' addresses; may be repeated.",
        HelpName = "NETWORK",
    };

    private static readonly Option<string?> Data = new("--data")
    {
        Description = "Keep sessions, messages and retained messages in this folder: what is acknowledged survives a crash and a loss of power.",
        HelpName = "DIR",
    };

    /// <summary>Limits whose defaults are meant for queues in memory, and what they are with --data.</summary>
    private static readonly (string Limit, string Value)[] limitsOnDisk =
    [
        ("Limits.MaxQueuedMessages", "1000000"),
        ("Limits.MaxQueuedBytes", "1GiB"),
        ("Limits.MaxAwaySessions", "100000"),
    ];

    private static readonly Option<string[]> Bridge = new("--bridge")
    {
        Description = "Bridge to another broker; RULE as in mosquitto: FILTER [out|in|both] [QOS] [LOCAL-PREFIX] [REMOTE-PREFIX]; may be repeated.",
        HelpName = "NAME=ADDRESS;RULE",
    };

    /// <summary>Options with a value that goes into the setting of this name as it is.</summary>
    private static readonly (Option<string?> Option, string Setting)[] texts =
    [
        (Text("--cert", "FILE", "The server's certificate with its chain for --wss and --tls: PEM, or PKCS #12 (.pfx, .p12) with its key."), "CertificateFile"),
        (Text("--key", "FILE", "The certificate's private key, PEM."), "KeyFile"),
        (Text("--key-password-file", "FILE", KeyPassphrase.Description), "KeyPasswordFile"),
        (Text("--password-file", "FILE", "User names and hashes, as rawmqtt passwd or mosquitto_passwd write them."), "PasswordFile"),
        (Text("--access-file", "FILE", "Who may read and write which topics, in the syntax of mosquitto's acl_file."), "AccessFile"),
        (Text("--proxy-header", "NAME", "The one header in which those proxies name their clients; X-Forwarded-For when not given."), "ProxyHeader"),
        (Text("--when-queue-full", "DropNewest|DropOldest|EndSession", "What happens when a message has no place in the queue of a client."), "WhenQueueFull"),
        (Text("--metrics", "HOST:PORT", "Answer GET /metrics there, for Prometheus."), "MetricsListener"),
        (Text("--log-level", "information|warning|error", "Write lines of this level and above to the error output."), "LogLevel"),
    ];

    /// <summary>Options without a value.</summary>
    private static readonly (Option<bool> Option, string Setting)[] flags =
    [
        (new("--allow-anonymous") { Description = "Take clients without a user name, from other machines too." }, "AllowAnonymous"),
        (new("--allow-missing-subprotocol") { Description = "Take WebSocket clients that offer no subprotocol, such as some mini programs." },
            "AllowMissingSubprotocol"),
        (new("--quiet") { Description = "Write no log to the error output." }, "Quiet"),
        (new("--log-json") { Description = "Write each line of the log as a JSON object." }, "LogJson"),
    ];

    public static void AddTo(Command command)
    {
        foreach (Option<string[]> listener in new[] { Ws, Wss, Tcp, Tls })
        {
            listener.Validators.Add(result =>
            {
                foreach (Token token in result.Tokens.Where(token => !IsHostAndPort(token.Value)))
                {
                    result.AddError($"{result.Option.Name} takes HOST:PORT such as 127.0.0.1:0, not \"{token.Value}\"");
                }
            });
            command.Add(listener);
        }

        Option[] others = [Path, Config, Preset, DevCert, DevCertFolder, Limit, Set, Data, MaxPacket, AllowOrigin, HostName, TrustedProxy, Bridge];
        foreach (Option option in others) command.Add(option);
        foreach ((Option<string?> option, _) in texts) command.Add(option);
        foreach ((Option<bool> option, _) in flags) command.Add(option);
        command.Validators.Add(Check);
    }

    /// <summary>Makes or renews the certificate of --dev-cert or of a preset, and keeps it valid.</summary>
    public static DevCertRenewal StartDevCert(ParseResult parsed) => DevCertRenewal.Start(parsed.GetValue(DevCertFolder), parsed.GetValue(DevCert) ?? []);

    /// <summary>Reads the file, the environment and the command line.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="development">Returns the files of dev-cert.</param>
    /// <exception cref="ConfigurationException">One of them is wrong; the message says where.</exception>
    public static BrokerConfiguration Read(ParseResult parsed, Func<(string Certificate, string Key)> development)
    {
        KeyValuePair<string, string>[] environment =
            [.. Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(one => KeyValuePair.Create((string)one.Key, (string?)one.Value ?? ""))];
        BrokerConfiguration configuration = BrokerPreset.Apply(parsed.GetValue(Preset), BrokerConfiguration.Default);
        if ((parsed.GetValue(Config) ?? BrokerConfiguration.FileIn(environment)) is { } file) configuration = configuration.WithFile(file);
        configuration = AddListeners(configuration.WithEnvironment(environment), parsed);
        foreach ((Option<string?> option, string setting) in texts)
        {
            if (parsed.GetValue(option) is { } value) configuration = configuration.With(setting, value, option.Name);
        }

        foreach ((Option<bool> option, string setting) in flags)
        {
            if (parsed.GetResult(option) is { Implicit: false }) configuration = configuration.With(setting, $"{parsed.GetValue(option)}", option.Name);
        }

        configuration = AddData(configuration, parsed.GetValue(Data));
        configuration = AddList(configuration, parsed, AllowOrigin, "AllowedOrigins");
        configuration = AddList(configuration, parsed, HostName, "HostNames");
        configuration = AddList(configuration, parsed, TrustedProxy, "TrustedProxies");
        if (parsed.GetValue(Bridge) is { Length: > 0 } bridges) configuration = configuration.With("Bridges", string.Join('\n', bridges), "--bridge");
        if (parsed.GetValue(MaxPacket) is { } bytes) configuration = configuration.With("Limits.MaxPacketLength", $"{bytes}", "--max-packet");
        foreach (string pair in parsed.GetValue(Limit) ?? []) configuration = AddPair(configuration, "Limits.", pair, "--limit");
        foreach (string pair in parsed.GetValue(Set) ?? []) configuration = AddPair(configuration, "", pair, "--set");
        bool isPresetWithout = parsed.GetValue(Preset) is not null && configuration.Settings.Options.CertificateFile is null;
        if (!isPresetWithout && parsed.GetResult(DevCert) is null) return configuration;
        (string certificate, string key) = development();
        return configuration.With("CertificateFile", certificate, "dev-cert").With("KeyFile", key, "dev-cert");
    }

    /// <summary>Listeners of the command line replace those of the file. A path alone is that of the WebSocket listener that is there by default.</summary>
    private static BrokerConfiguration AddListeners(BrokerConfiguration configuration, ParseResult parsed)
    {
        string path = parsed.GetValue(Path) is { } given ? $"/{given.TrimStart('/')}" : "/mqtt";
        string[] listeners =
        [
            .. (parsed.GetValue(Ws) ?? []).Select(endpoint => $"ws://{endpoint}{path}"),
            .. (parsed.GetValue(Wss) ?? []).Select(endpoint => $"wss://{endpoint}{path}"),
            .. (parsed.GetValue(Tcp) ?? []).Select(endpoint => $"mqtt://{endpoint}"),
            .. (parsed.GetValue(Tls) ?? []).Select(endpoint => $"mqtts://{endpoint}"),
        ];
        bool hasDevCert = parsed.GetResult(DevCert) is not null;
        bool isDefault = (parsed.GetValue(Path) is not null || hasDevCert) && configuration.SourceOf("Listeners") == "default";
        string[] secure = hasDevCert ? [$"wss://127.0.0.1:8084{path}", "mqtts://127.0.0.1:8883"] : [];
        if (listeners.Length == 0 && isDefault) listeners = [$"ws://127.0.0.1:8083{path}", "mqtt://127.0.0.1:1883", .. secure];
        return listeners.Length == 0 ? configuration : configuration.With("Listeners", string.Join(',', listeners), "command line");
    }

    /// <summary>A folder alone means that each step is on the disk before it is acknowledged, and that queues may be long.</summary>
    private static BrokerConfiguration AddData(BrokerConfiguration configuration, string? folder)
    {
        if (folder is null) return configuration;
        configuration = configuration.With("DataDirectory", folder, Data.Name);
        foreach ((string name, string value) in ((string, string)[])[("Durability", nameof(MqttDurability.Disk)), .. limitsOnDisk])
        {
            if (configuration.SourceOf(name) == "default") configuration = configuration.With(name, value, Data.Name);
        }

        return configuration;
    }

    private static BrokerConfiguration AddList(BrokerConfiguration configuration, ParseResult parsed, Option<string[]> option, string setting) =>
        parsed.GetValue(option) is { Length: > 0 } values ? configuration.With(setting, string.Join(',', values), option.Name) : configuration;

    private static BrokerConfiguration AddPair(BrokerConfiguration configuration, string prefix, string pair, string option)
    {
        int equals = pair.IndexOf('=', StringComparison.Ordinal);
        if (equals < 1) throw new ConfigurationException($"{option} takes NAME=VALUE, not \"{pair}\".");
        string name = pair[..equals];
        return configuration.With(name.StartsWith(prefix, StringComparison.Ordinal) ? name : prefix + name, pair[(equals + 1)..], option);
    }

    /// <summary>Refuses an option that has no effect beside the others. What a configuration brings is not known here.</summary>
    private static void Check(CommandResult result)
    {
        if (IsGiven(result, "--cert") && IsGiven(result, "--dev-cert"))
            result.AddError("--dev-cert brings a certificate and its key: leave out --cert and --key");
        if (IsGiven(result, "--quiet")) Require(result, "--log-level --log-json", "", isThere: false);
        bool hasConfiguration = IsGiven(result, "--config --preset --set") || Environment.GetEnvironmentVariables().Keys.Cast<string>().Any(IsSetting);
        if (hasConfiguration) return;
        bool hasListener = IsGiven(result, "--ws --wss --tcp --tls");
        Require(result, "--path --allow-origin --host-name --allow-missing-subprotocol", "--ws or --wss", !hasListener || IsGiven(result, "--ws --wss"));
        Require(result, "--cert --key --key-password-file", "--wss or --tls", IsGiven(result, "--wss --tls"));
        Require(result, "--dev-cert", "--wss or --tls", !hasListener || IsGiven(result, "--wss --tls"));
        Require(result, "--key --key-password-file", "--cert", IsGiven(result, "--cert"));
        Require(result, "--proxy-header", "--trusted-proxy", IsGiven(result, "--trusted-proxy"));
        Require(result, "--dev-cert-dir", "--dev-cert", IsGiven(result, "--dev-cert"));
    }

    private static void Require(CommandResult result, string options, string needed, bool isThere)
    {
        foreach (string option in options.Split(' ').Where(option => !isThere && IsGiven(result, option)))
        {
            result.AddError(needed.Length > 0 ? $"{option} has no effect without {needed}" : $"{option} has no effect beside --quiet");
        }
    }

    private static bool IsSetting(string variable) => variable.StartsWith("RAWMQTT_BROKER_", StringComparison.Ordinal);

    private static bool IsGiven(CommandResult result, string options) =>
        options.Split(' ').Any(name => result.GetResult(name) is OptionResult { Implicit: false });

    private static Option<string?> Text(string name, string value, string description) => new(name) { Description = description, HelpName = value };

    private static bool IsHostAndPort(string text)
    {
        int colon = text.LastIndexOf(':');
        if (colon <= 0 || text.Length - colon - 1 is < 1 or > 5 || text.AsSpan(colon + 1).ContainsAnyExceptInRange('0', '9')) return false;
        string host = text[..colon];
        return host is ['[', _, .., ']'] || !host.AsSpan().ContainsAny(NotInHost);
    }
}
