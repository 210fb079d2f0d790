// SPDX-License-Identifier: MIT

using System.CommandLine;
using System.CommandLine.Parsing;
using System.Security.Cryptography;
using System.Text;
using RawMqtt.Cli.Captures;
using RawMqtt.Codec;
using RawMqtt.Explain;

namespace RawMqtt.Cli;

/// <summary>The options of every command that connects, with the letters of mosquitto_pub and mosquitto_sub. Values come from the command line, else from
/// the file of --options, else from the account, else from the environment.</summary>
internal sealed class ConnectionArguments
{
    private const int MostPacketBytes = 268_435_460; // 2.2.3

    private static readonly string[] SchemesWithoutHttp = ["mqtt", "mqtts", "tcp", "ssl", "tls"];

    public AddressArguments Address { get; init; } = new();

    public RouteArguments Route { get; } = new();

    public Option<string?> AccountName { get; } = new("--account")
    {
        Description = "Use the address and login of this name in ~/.config/rawmqtt/config.json; its \"default\" when no address is given.",
        HelpName = "NAME",
    };

    public Option<string?> Id { get; } = new("--id", "-i", "--client-id", "--clientId")
    {
        Description = "The client identifier; random by default.",
        HelpName = "ID",
    };

    public Option<string?> IdPrefix { get; } = new("--id-prefix", "-I")
    {
        Description = "A random client identifier with this beginning, for brokers that check the beginning.",
        HelpName = "PREFIX",
    };

    public Option<string?> Version { get; } = new("--protocol-version", "-V")
    {
        Description = "mqttv311, 311 or 4: MQTT 3.1.1 is the only version.",
        HelpName = "311",
    };

    public Option<string?> SessionFile { get; } = new("--session-file")
    {
        Description = "Keep the session in this file: the next run with it sends what was published at QoS 1 and 2 and not delivered. Needs -i.",
        HelpName = "FILE",
    };

    public Option<string?> OptionsFile { get; } = new("--options")
    {
        Description = "Read options from a JSON file with the names of JavaScript clients: keepalive, clientId, clean, ... Options given here win.",
        HelpName = "FILE",
    };

    public NumberOption KeepAlive { get; } = new(0, ushort.MaxValue, "--keepalive", "-k")
    {
        Description = "Keep alive in whole seconds, 0 for none; 60 by default.",
        HelpName = "SECONDS",
    };

    public NumberOption MaxPacket { get; } = new(1024, MostPacketBytes, "--max-packet")
    {
        Description = "The longest packet to take from the server, in bytes.",
        HelpName = "BYTES",
    };

    public Option<string?> User { get; } = new("--username", "-u") { Description = "The user name.", HelpName = "USER" };

    public Option<string?> Password { get; } = new("--pw", "-P", "--password")
    {
        Description = "The password. Other users of the machine can see it: prefer --password-file or the variable RAWMQTT_PASSWORD.",
        HelpName = "PASSWORD",
    };

    public Option<FileInfo?> PasswordFile { get; } = new("--password-file")
    {
        Description = "Read the password from the first line of a file.",
        HelpName = "FILE",
    };

    public Option<string[]> Header { get; } = new("--header", "-H")
    {
        Description = "Send this field with the WebSocket handshake, as in \"Origin: https://example.com\"; may be repeated.",
        HelpName = "\"NAME: VALUE\"",
    };

    public SecondsOption ConnectTimeout { get; } = new("--connect-timeout") { Description = "The longest time to connect, fractions allowed; 30 by default." };

    public TlsArguments Tls { get; } = new();

    public WillArguments Will { get; } = new();

    public Option<bool> Trace { get; } = new("--trace", "-d", "--debug")
    {
        Description = "Explain every byte on the error output as it flows, with passwords and tokens masked.",
    };

    public Option<bool> TraceSecrets { get; } = new("--trace-secrets") { Description = "Like --trace, with passwords and tokens shown." };

    public Option<string?> Pcap { get; } = new("--pcap")
    {
        Description = "Write the bytes below TLS to a capture for Wireshark, passwords too; TCP around them is made up.",
        HelpName = "FILE",
    };

    public Option<bool> Quiet { get; } = new("--quiet") { Description = "Write no error once the arguments are read; the exit code tells." };

    /// <summary>Ends the connection, and waits at most 2 seconds for the server's part.</summary>
    public static async Task EndAsync(MqttClient client)
    {
        try
        {
            await client.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(2));
        }
        catch (TimeoutException)
        {
            // the process ends, and the connection with it
        }
    }

    /// <summary>Refuses a topic name that the codec would refuse, before a connection is made.</summary>
    public static void RequireTopicName(OptionResult result)
    {
        foreach (Token token in result.Tokens)
        {
            if (!TopicName.IsValid(Encoding.UTF8.GetBytes(token.Value), out ProtocolViolation? violation)) AddError(result, token, violation);
        }
    }

    /// <summary>Refuses a topic name that stands where it has no option of its own.</summary>
    public static void RequireTopicName(CommandResult result, string topic)
    {
        if (!TopicName.IsValid(Encoding.UTF8.GetBytes(topic), out ProtocolViolation? violation)) AddError(result, topic, violation);
    }

    /// <summary>Refuses a topic filter that stands where it has no option of its own.</summary>
    public static void RequireTopicFilter(CommandResult result, string filter)
    {
        if (!TopicFilter.IsValid(Encoding.UTF8.GetBytes(filter), out ProtocolViolation? violation)) AddError(result, filter, violation);
    }

    /// <summary>Refuses a topic filter that the codec would refuse, before a connection is made.</summary>
    public static void RequireTopicFilter(OptionResult result)
    {
        foreach (Token token in result.Tokens)
        {
            if (!TopicFilter.IsValid(Encoding.UTF8.GetBytes(token.Value), out ProtocolViolation? violation)) AddError(result, token, violation);
        }
    }

    public void AddTo(Command command)
    {
        Version.Validators.Add(result =>
        {
            foreach (Token token in result.Tokens.Where(token => token.Value is not ("mqttv311" or "311" or "4")))
            {
                result.AddError($"MQTT 3.1.1 is the only version: -V takes mqttv311, 311 or 4, not \"{token.Value}\"");
            }
        });
        command.Validators.Add(result =>
        {
            if (result.GetResult(Id) is not null && result.GetResult(IdPrefix) is not null)
            {
                result.AddError("Give the whole identifier with -i, or its beginning with -I");
            }

            string scheme = Address.SchemeOf(result);
            if (SchemesWithoutHttp.Contains(scheme, StringComparer.OrdinalIgnoreCase) && result.GetResult(Header) is { Implicit: false })
            {
                result.AddError($"{Header.Name} is for ws and wss: a connection by {scheme} has no HTTP request that could carry it");
            }
        });
        Address.AddTo(command);
        Route.AddTo(command);
        Option[] before =
            [AccountName, Id, IdPrefix, Version, SessionFile, OptionsFile, KeepAlive, MaxPacket, User, Password, PasswordFile, Header, ConnectTimeout];
        foreach (Option option in before) command.Options.Add(option);
        Tls.AddTo(command);
        Will.AddTo(command);
        foreach (Option option in new Option[] { Trace, TraceSecrets, Pcap, Quiet }) command.Options.Add(option);
        RefusedArguments.AddTo(command);
    }

    /// <summary>Returns the client's options. Those of the command line win over those of the options file.</summary>
    public MqttClientOptions Read(ParseResult parsed)
    {
        Tool.IsQuiet = parsed.GetValue(Quiet);
        StatusLine.IsUnwanted = Tool.IsQuiet || parsed.GetValue(Trace) || parsed.GetValue(TraceSecrets);
        Account? account = FindAccount(parsed);
        MqttClientOptions defaults = account?.Options ?? new MqttClientOptions();
        string? file = parsed.GetValue(OptionsFile);
        MqttClientOptions options = file is null ? defaults : OptionsJson.Read(File.ReadAllBytes(file), defaults);
        bool hasId = parsed.GetValue(Id) is not null || options.ClientId is not null;
        if (!options.CleanSession && !hasId)
            throw new ArgumentException($"{file ?? AccountFile.UsualPath} keeps a session (clean: false) without a clientId: add one, or give -i.");

        string url = Address.Read(parsed, Tls.IsGiven(parsed) ?? account?.HasTls, account?.Url);
        bool hasLogin = url.Contains('@', StringComparison.Ordinal); // the address's login wins over the variables
        string? user = parsed.GetValue(User) ?? options.UserName ?? (hasLogin ? null : Environment.GetEnvironmentVariable("RAWMQTT_USERNAME"));
        options = options with
        {
            Address = url,
            UserName = user,
            Password = ReadPassword(parsed, options with { UserName = user }) ?? options.Password,
            Will = Will.Read(parsed) ?? options.Will,
            Tls = Tls.Read(parsed, url, account),
            ConnectTransport = Route.Read(parsed, parsed.GetValue(Address.Unix)) is { } route ? route.ConnectAsync : null,
            RequestHeaders = [.. (parsed.GetValue(Header) ?? []).Select(ReadHeader)],
            ConnectTimeout = parsed.GetValue(ConnectTimeout) ?? options.ConnectTimeout,
            MaxPacketLength = parsed.GetValue(MaxPacket) ?? options.MaxPacketLength,
            ClientId = parsed.GetValue(Id) ?? options.ClientId,
        };
        if (parsed.GetValue(KeepAlive) is { } keepAlive) options = options with { KeepAlive = TimeSpan.FromSeconds(keepAlive) };
        if (parsed.GetValue(IdPrefix) is { } prefix) options = options with { ClientId = prefix + RandomNumberGenerator.GetHexString(8, lowercase: true) };
        if (parsed.GetValue(SessionFile) is { } session) options = options with { SessionFile = session, CleanSession = false };
        if (options.SessionFile is not null && !hasId) throw new ArgumentException("A session file belongs to a client identifier: give one with -i.");
        if (parsed.GetValue(Trace) || parsed.GetValue(TraceSecrets)) options = Traced(options, parsed.GetValue(TraceSecrets));
        return parsed.GetValue(Pcap) is { } capture ? ConnectionCapture.Of(options, CaptureFile.Create(capture)) : options;
    }

    /// <summary>The default account is for its own address: its login does not go to another one.</summary>
    private Account? FindAccount(ParseResult parsed)
    {
        if (parsed.GetValue(AccountName) is { } name) return AccountFile.Find(name, AccountFile.UsualPath);
        bool hasAddress = Address.IsGiven(parsed) || Environment.GetEnvironmentVariable(AddressArguments.Variable) is { Length: > 0 };
        return hasAddress ? null : AccountFile.Find(null, AccountFile.UsualPath);
    }

    private static void AddError(OptionResult result, Token topic, ProtocolViolation violation) =>
        result.AddError($"{result.Option.Name} {TerminalText.Escape(topic.Value)}: {violation}");

    private static void AddError(CommandResult result, string topic, ProtocolViolation violation) =>
        result.AddError($"--topic {TerminalText.Escape(topic)}: {violation}");

    private static MqttClientOptions Traced(MqttClientOptions options, bool showsSecrets)
    {
        var trace = new WireTrace(Terminal.Error, MqttRole.Client) { IsLong = true, ShowsSecrets = showsSecrets };
        return options with
        {
            Tap = trace.Tap,
            BeforeConnect = (attempt, _) =>
            {
                trace.Restart(); // each connection begins with a handshake of its own
                return ValueTask.FromResult(attempt);
            },
        };
    }

    private static KeyValuePair<string, string> ReadHeader(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon > 0) return new(text[..colon].Trim(), text[(colon + 1)..].Trim());
        throw new ArgumentException($"The header \"{text}\" does not have the form \"NAME: VALUE\".");
    }

    private ReadOnlyMemory<byte>? ReadPassword(ParseResult parsed, MqttClientOptions options)
    {
        string? password = parsed.GetValue(Password);
        if (parsed.GetValue(PasswordFile) is { } file) password = File.ReadLines(file.FullName).FirstOrDefault() ?? "";
        if (password is null && options.UserName is not null && options.Password is null) password = Environment.GetEnvironmentVariable("RAWMQTT_PASSWORD");
        if (password is null) return null;
        if (options.UserName is null) throw new ArgumentException("A password needs a user name (-u) beside it [MQTT-3.1.2-22].");
        return Encoding.UTF8.GetBytes(password);
    }
}
