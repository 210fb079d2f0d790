// SPDX-License-Identifier: MIT

using System.Buffers;
using System.CommandLine;
using System.CommandLine.Parsing;
using System.Runtime.InteropServices;
using RawMqtt.Codec;
using RawMqtt.Explain;

namespace RawMqtt.Cli;

/// <summary><c>rawmqtt broker</c>: serves until SIGINT or SIGTERM.</summary>
internal static class BrokerCommand
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
    private static readonly Option<string> Path = new("--path") { Description = "The path of the WebSocket listeners.", DefaultValueFactory = _ => "/mqtt" };

    private static readonly Option<string?> Cert = new("--cert")
    {
        Description = "The server's certificate with its chain for --wss and --tls: PEM, or PKCS #12 (.pfx, .p12) with its key.",
        HelpName = "FILE",
    };

    private static readonly Option<string?> Key = new("--key") { Description = "The certificate's private key, PEM.", HelpName = "FILE" };

    private static readonly Option<string?> KeyPasswordFile = new("--key-password-file")
    {
        Description = "A file whose first line is the passphrase of the key.",
        HelpName = "FILE",
    };

    private static readonly Option<int?> MaxPacket = new("--max-packet")
    {
        Description = "The longest packet that clients may send, in bytes.", HelpName = "BYTES",
    };

    private static readonly Option<bool> Trace = new("--trace")
    {
        Description = "Explain every byte of every connection on the error output as it flows, with passwords and tokens masked.",
    };

    private static readonly Option<bool> TraceSecrets = new("--trace-secrets") { Description = "Like --trace, with passwords and tokens shown." };

    private static readonly Option<string?> PasswordFile = new("--password-file")
    {
        Description = "User names and hashes, as rawmqtt passwd writes them.",
        HelpName = "FILE",
    };

    private static readonly Option<bool> AllowAnonymous = new("--allow-anonymous")
    {
        Description = "Take clients without a user name, from other machines too.",
    };

    private static readonly Option<string[]> AllowOrigin = new("--allow-origin")
    {
        Description = "An origin of web pages that may connect; * for all; may be repeated.",
        HelpName = "ORIGIN",
    };

    private static readonly Option<string[]> TrustedProxy = new("--trusted-proxy")
    {
        Description = "An address or network of proxies that tell the broker their clients' addresses; may be repeated.",
        HelpName = "NETWORK",
    };

    private static readonly Option<string> ProxyHeader = new("--proxy-header")
    {
        Description = "The one header in which those proxies name their clients.",
        HelpName = "NAME",
        DefaultValueFactory = _ => "X-Forwarded-For",
    };

    private static readonly Option<bool> Quiet = new("--quiet") { Description = "Write no log to the error output." };

    private static readonly Option<MqttLogLevel> LogLevel = new("--log-level")
    {
        Description = "Write lines of this level and above to the error output.",
        HelpName = "information|warning|error",
    };

    private static readonly Option<bool> LogJson = new("--log-json") { Description = "Write each line of the log as a JSON object." };
    private static readonly Option<bool> Limits = new("--limits") { Description = "Print every limit and what happens beyond it, and end." };

    public static Command Create()
    {
        var command = new Command("broker", "Serve as a broker. Without listeners: ws://127.0.0.1:8083/mqtt and mqtt://127.0.0.1:1883.")
        {
            Ws, Wss, Tcp, Tls, Path, Cert, Key, PasswordFile, AllowAnonymous, AllowOrigin, TrustedProxy, ProxyHeader, KeyPasswordFile, MaxPacket,
            Quiet, LogLevel, LogJson, Limits, Trace, TraceSecrets,
        };
        foreach (Option<string[]> listener in new[] { Ws, Wss, Tcp, Tls })
        {
            listener.Validators.Add(result =>
            {
                foreach (Token token in result.Tokens.Where(token => !IsHostAndPort(token.Value)))
                {
                    result.AddError($"{result.Option.Name} takes HOST:PORT such as 127.0.0.1:0, not \"{token.Value}\"");
                }
            });
        }

        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(Limits))
        {
            Console.Write(BrokerLimitTable.Render(new MqttBrokerLimits(), new MqttBrokerStatistics()));
            return ExitCode.Done;
        }

        // No hook of ours blocks, so that what arrives may be handled where it is noticed, without a change of threads.
        Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
        string path = parsed.GetValue(Path)!;
        if (!path.StartsWith('/')) path = $"/{path}";
        var options = new MqttBrokerOptions
        {
            CertificateFile = parsed.GetValue(Cert),
            KeyFile = parsed.GetValue(Key),
            KeyPassword = parsed.GetValue(KeyPasswordFile) is { } file ? File.ReadLines(file).FirstOrDefault("") : null,
            PasswordFile = parsed.GetValue(PasswordFile),
            AllowAnonymous = parsed.GetValue(AllowAnonymous) ? true : null,
            AllowedOrigins = parsed.GetValue(AllowOrigin) ?? [],
            TrustedProxies = parsed.GetValue(TrustedProxy) ?? [],
            ProxyHeader = parsed.GetValue(ProxyHeader)!,
        };
        if (parsed.GetValue(MaxPacket) is { } bytes) options = options with { Limits = options.Limits with { MaxPacketLength = bytes } };
        string[] listeners =
        [
            .. (parsed.GetValue(Ws) ?? []).Select(endpoint => $"ws://{endpoint}{path}"),
            .. (parsed.GetValue(Wss) ?? []).Select(endpoint => $"wss://{endpoint}{path}"),
            .. (parsed.GetValue(Tcp) ?? []).Select(endpoint => $"mqtt://{endpoint}"),
            .. (parsed.GetValue(Tls) ?? []).Select(endpoint => $"mqtts://{endpoint}"),
        ];
        if (listeners.Length == 0) listeners = [$"ws://127.0.0.1:8083{path}", "mqtt://127.0.0.1:1883"];

        if (parsed.GetValue(Trace) || parsed.GetValue(TraceSecrets)) options = options with { Tap = TapOf(parsed.GetValue(TraceSecrets)) };

        var log = new BrokerLogOutput(Console.Error, parsed.GetValue(LogLevel), parsed.GetValue(LogJson), TimeProvider.System);
        if (!parsed.GetValue(Quiet)) options = options with { Log = log.Write };
        await using var counting = new Timer(_ => log.Flush(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        using PosixSignalRegistration hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Reload);

        await using MqttBroker broker = await MqttBroker.StartAsync(options with { Listeners = listeners }, cancellationToken);
        foreach (string address in broker.Addresses) Console.WriteLine($"listening {address}");
        Console.WriteLine("ready");
        Console.Out.Flush();

        await UntilCancelledAsync(cancellationToken);
        await broker.StopAsync(CancellationToken.None);
        return ExitCode.Done;
    }

    /// <summary>Goes on after SIGHUP, which ends a process by default: the broker reads changed files at the next login and TLS handshake
    /// without a signal.</summary>
    private static void Reload(PosixSignalContext signal) => signal.Cancel = true;

    private static bool IsHostAndPort(string text)
    {
        int colon = text.LastIndexOf(':');
        if (colon <= 0 || text.Length - colon - 1 is < 1 or > 5 || text.AsSpan(colon + 1).ContainsAnyExceptInRange('0', '9')) return false;
        string host = text[..colon];
        return host is ['[', _, .., ']'] || !host.AsSpan().ContainsAny(NotInHost);
    }

    /// <summary>Returns a trace for each connection.</summary>
    private static Func<string, MqttTap> TapOf(bool showsSecrets)
    {
        TextWriter output = TextWriter.Synchronized(Console.Error);
        return peer => new WireTrace(output, MqttRole.Server) { IsLong = true, ShowsSecrets = showsSecrets, Name = peer }.Tap;
    }

    private static async Task UntilCancelledAsync(CancellationToken cancellationToken)
    {
        var end = new TaskCompletionSource();
        using CancellationTokenRegistration registration = cancellationToken.Register(end.SetResult);
        await end.Task;
    }
}
