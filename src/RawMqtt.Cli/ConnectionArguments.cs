// SPDX-License-Identifier: MIT

using System.CommandLine;
using System.CommandLine.Parsing;
using System.Security.Cryptography;
using System.Text;
using RawMqtt.Codec;
using RawMqtt.Explain;

namespace RawMqtt.Cli;

/// <summary>The options by which pub and sub connect, with the letters of mosquitto_pub and mosquitto_sub.</summary>
internal sealed class ConnectionArguments
{
    /// <summary>A day.</summary>
    public const int MostSeconds = 86_400;

    public Option<string> Url { get; } = new("--url", "-L") { Description = "Where the broker is: ws, wss, mqtt or mqtts://[USER:PASSWORD@]HOST[:PORT][/PATH].", Required = true, HelpName = "URL" };

    public Option<string?> Id { get; } = new("--id", "-i") { Description = "The client identifier; random when not given.", HelpName = "ID" };

    public Option<string?> IdPrefix { get; } = new("--id-prefix", "-I") { Description = "A random client identifier that begins with this, for brokers that look at the beginning.", HelpName = "PREFIX" };

    public Option<string?> Version { get; } = new("--protocol-version", "-V") { Description = "mqttv311, 311 or 4; other versions are not spoken.", HelpName = "311" };

    public Option<string?> SessionFile { get; } = new("--session-file") { Description = "Keep the session in this file: what is published at QoS 1 and 2 and not delivered when the program ends is sent by the next one. With -i.", HelpName = "FILE" };

    public Option<string?> OptionsFile { get; } = new("--options") { Description = "Read options from a JSON file with the names of JavaScript clients: keepalive, clientId, clean, will, ...; what is given here wins.", HelpName = "FILE" };

    public NumberOption KeepAlive { get; } = new(0, ushort.MaxValue, "--keepalive", "-k") { Description = "Keep alive in seconds, 0 for none; 60 when not given.", HelpName = "SECONDS" };

    public Option<string?> User { get; } = new("--username", "-u") { Description = "The user name.", HelpName = "USER" };

    public Option<string?> Password { get; } = new("--pw", "-P", "--password") { Description = "The password. Other users of the machine can see it: prefer --password-file or the variable RAWMQTT_PASSWORD.", HelpName = "PASSWORD" };

    public Option<FileInfo?> PasswordFile { get; } = new("--password-file") { Description = "Read the password from the first line of a file.", HelpName = "FILE" };

    public Option<string?> CaFile { get; } = new("--cafile") { Description = "Trust the authorities of this PEM file instead of the machine's.", HelpName = "FILE" };

    public Option<string?> Cert { get; } = new("--cert") { Description = "The client's own certificate, PEM.", HelpName = "FILE" };

    public Option<string?> Key { get; } = new("--key") { Description = "Its private key, PEM.", HelpName = "FILE" };

    public Option<bool> Insecure { get; } = new("--insecure") { Description = "Accept any certificate: for tests only." };

    public Option<string[]> Header { get; } = new("--header", "-H") { Description = "Send this field with the WebSocket handshake, as in \"Origin: https://example.com\"; may be repeated.", HelpName = "\"NAME: VALUE\"" };

    public NumberOption ConnectTimeout { get; } = new(1, MostSeconds, "--connect-timeout") { Description = "Seconds until a connection must stand; 30 when not given.", HelpName = "SECONDS" };

    public Option<string?> WillTopic { get; } = new("--will-topic") { Description = "The topic of the Will.", HelpName = "TOPIC" };

    public Option<string?> WillPayload { get; } = new("--will-payload") { Description = "The message of the Will.", HelpName = "TEXT" };

    public NumberOption WillQos { get; } = NumberOption.Qos("The QoS of the Will.", "--will-qos");

    public Option<bool> WillRetain { get; } = new("--will-retain") { Description = "Retain the Will." };

    public Option<bool> Trace { get; } = new("--trace", "-d") { Description = "Explain every byte on the error output as it flows, with passwords and tokens masked." };

    public Option<bool> TraceSecrets { get; } = new("--trace-secrets") { Description = "Like --trace, with passwords and tokens shown." };

    public void AddTo(Command command)
    {
        WillTopic.Validators.Add(RequireTopicName);
        Version.Validators.Add(result =>
        {
            foreach (Token token in result.Tokens.Where(token => token.Value is not ("mqttv311" or "311" or "4"))) result.AddError($"MQTT 3.1.1 alone is spoken: -V takes mqttv311, 311 or 4, not \"{token.Value}\"");
        });
        command.Validators.Add(result =>
        {
            if (result.GetResult(Id) is not null && result.GetResult(IdPrefix) is not null) result.AddError("Give the whole identifier with -i, or its beginning with -I");
            if (result.GetResult(WillTopic) is not null) return;
            foreach (Option option in new Option[] { WillPayload, WillQos, WillRetain })
            {
                if (result.GetResult(option) is { Implicit: false }) result.AddError($"{option.Name} needs --will-topic beside it");
            }
        });
        foreach (Option option in new Option[] { Url, Id, IdPrefix, Version, SessionFile, OptionsFile, KeepAlive, User, Password, PasswordFile, CaFile, Cert, Key, Insecure, Header, ConnectTimeout, WillTopic, WillPayload, WillQos, WillRetain, Trace, TraceSecrets }) command.Options.Add(option);
    }

    /// <summary>Ends the connection; a server that does not do its part of the farewell is not waited for.</summary>
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

    /// <summary>Refuses a topic filter that the codec would refuse, before a connection is made.</summary>
    public static void RequireTopicFilter(OptionResult result)
    {
        foreach (Token token in result.Tokens)
        {
            if (!TopicFilter.IsValid(Encoding.UTF8.GetBytes(token.Value), out ProtocolViolation? violation)) AddError(result, token, violation);
        }
    }

    private static void AddError(OptionResult result, Token topic, ProtocolViolation violation) =>
        result.AddError($"{result.Option.Name} {topic.Value}: {violation}");

    public MqttClientOptions Read(ParseResult parsed)
    {
        MqttClientOptions options = parsed.GetValue(OptionsFile) is { } file ? OptionsJson.Read(File.ReadAllBytes(file)) : new MqttClientOptions();
        options = options with
        {
            Address = parsed.GetValue(Url)!,
            UserName = parsed.GetValue(User) ?? options.UserName,
            Password = ReadPassword(parsed) ?? options.Password,
            Will = ReadWill(parsed) ?? options.Will,
            Tls = ReadTls(parsed),
            RequestHeaders = [.. (parsed.GetValue(Header) ?? []).Select(ReadHeader)],
        };
        if (parsed.GetValue(KeepAlive) is { } keepAlive) options = options with { KeepAlive = TimeSpan.FromSeconds(keepAlive) };
        if (parsed.GetValue(ConnectTimeout) is { } timeout) options = options with { ConnectTimeout = TimeSpan.FromSeconds(timeout) };
        if (parsed.GetValue(Id) is { } id) options = options with { ClientId = id };
        if (parsed.GetValue(IdPrefix) is { } prefix) options = options with { ClientId = prefix + RandomNumberGenerator.GetHexString(8, lowercase: true) };
        if (parsed.GetValue(SessionFile) is { } session) options = options with { SessionFile = session, CleanSession = false };
        if (options.SessionFile is not null && parsed.GetValue(Id) is null) throw new ArgumentException("A session file belongs to a client identifier: give it with -i.");
        return parsed.GetValue(Trace) || parsed.GetValue(TraceSecrets) ? Traced(options, parsed.GetValue(TraceSecrets)) : options;
    }

    private static MqttClientOptions Traced(MqttClientOptions options, bool showsSecrets)
    {
        var trace = new WireTrace(Console.Error, MqttRole.Client) { IsLong = true, ShowsSecrets = showsSecrets };
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

    private ReadOnlyMemory<byte>? ReadPassword(ParseResult parsed)
    {
        string? password = parsed.GetValue(Password);
        if (parsed.GetValue(PasswordFile) is { } file) password = File.ReadLines(file.FullName).FirstOrDefault() ?? "";
        if (password is null && parsed.GetValue(User) is not null) password = Environment.GetEnvironmentVariable("RAWMQTT_PASSWORD");
        if (password is not null && parsed.GetValue(User) is null) throw new ArgumentException("A password needs a user name (-u) beside it [MQTT-3.1.2-22].");
        if (password is null) return null;
        return Encoding.UTF8.GetBytes(password);
    }

    private MqttWill? ReadWill(ParseResult parsed)
    {
        string? topic = parsed.GetValue(WillTopic);
        return topic is null ? null : new MqttWill(topic, Encoding.UTF8.GetBytes(parsed.GetValue(WillPayload) ?? ""), (QualityOfService)(parsed.GetValue(WillQos) ?? 0), parsed.GetValue(WillRetain));
    }

    private MqttTlsOptions? ReadTls(ParseResult parsed)
    {
        var tls = new MqttTlsOptions
        {
            CertificateAuthorityFile = parsed.GetValue(CaFile),
            CertificateFile = parsed.GetValue(Cert),
            KeyFile = parsed.GetValue(Key),
            AllowUntrusted = parsed.GetValue(Insecure),
        };
        if (HasTls(parsed.GetValue(Url)!))
        {
            foreach (string file in new[] { tls.CertificateAuthorityFile, tls.CertificateFile, tls.KeyFile }.OfType<string>()) File.OpenRead(file).Dispose(); // a missing file costs no connection
        }

        if (tls.AllowUntrusted) Console.Error.WriteLine("rawmqtt: --insecure accepts any certificate; nobody knows who is at the other end.");
        return tls == new MqttTlsOptions() ? null : tls;
    }

    /// <summary>The library refuses TLS options beside the other schemes.</summary>
    private static bool HasTls(string url) => url.Split("://")[0].ToUpperInvariant() is "WSS" or "MQTTS" or "SSL" or "TLS" or "WXS" or "ALIS";

    private static KeyValuePair<string, string> ReadHeader(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 ? new(text[..colon].Trim(), text[(colon + 1)..].Trim()) : throw new ArgumentException($"The header \"{text}\" is not of the form \"NAME: VALUE\".");
    }
}
