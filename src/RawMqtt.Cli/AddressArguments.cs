// SPDX-License-Identifier: MIT

using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;

namespace RawMqtt.Cli;

/// <summary>The ways to say where the broker is: a URL, or host and port as for mosquitto_pub and mqtt, or the variable RAWMQTT_URL.</summary>
/// <param name="protocolLetters">Short names of --protocol, where the command has them free.</param>
internal sealed partial class AddressArguments(params string[] protocolLetters)
{
    public const string Variable = "RAWMQTT_URL";

    private const int PlainPort = 1883;
    private const int TlsPort = 8883;

    private static readonly string[] WithoutPath = ["mqtt", "mqtts", "tcp", "ssl", "tls"];
    private static readonly string[] Protocols = [.. WithoutPath, "ws", "wss"];

    /// <summary>Gets the arguments without a name: an address, if the first one has a scheme; and what the command makes of the others.</summary>
    public Argument<string[]> Positional { get; } = new("URL")
    {
        Description = "Where the broker is: ws, wss, mqtt or mqtts://[USER:PASSWORD@]HOST[:PORT][/PATH].",
        Arity = ArgumentArity.ZeroOrMore,
    };

    public Option<string?> Url { get; } = new("--url", "-L") { Description = "The same; by default RAWMQTT_URL, or mqtt://localhost:1883.", HelpName = "URL" };

    public Option<string?> Host { get; } = new("--host", "-h", "--hostname")
    {
        Description = "The host, for MQTT over TCP or, with --cafile, TLS; localhost by default.",
        HelpName = "HOST",
    };

    public NumberOption Port { get; } = new(1, ushort.MaxValue, "--port", "-p")
    {
        Description = $"The port beside -h; {PlainPort} by default, or {TlsPort} with TLS.",
        HelpName = "PORT",
    };

    public Option<string?> Protocol { get; } = new("--protocol", protocolLetters)
    {
        Description = "How to connect to -h and -p: mqtt, mqtts, ws or wss.",
        HelpName = "mqtt|mqtts|ws|wss",
    };

    public Option<bool> WebSocket { get; } = new("--ws") { Description = "Connect to -h and -p by WebSocket: ws, or wss with --cafile." };

    public Option<string?> Path { get; } = new("--path")
    {
        Description = "The path of the WebSocket beside -h and -p; /mqtt by default.",
        HelpName = "PATH",
    };

    public Option<string?> Unix { get; } = new("--unix") { Description = "Connect to a Unix domain socket instead of a host.", HelpName = "SOCKET" };

    /// <summary>Gets the most arguments that the command takes behind the address; 0 if it takes the address alone.</summary>
    public int MostWords { get; init; }

    /// <summary>Gets whether the path of an mqtt or mqtts address is a topic, as for mosquitto_pub -L.</summary>
    public bool TakesTopic { get; init; }

    private Option[] OfHost => [Host, Port, Protocol, WebSocket, Path];

    public void AddTo(Command command)
    {
        command.Arguments.Add(Positional);
        foreach (Option option in new Option[] { Url, Host, Port, Protocol, WebSocket, Path, Unix }) command.Options.Add(option);
        Host.Validators.Add(result =>
        {
            foreach (Token token in result.Tokens.Where(token => token.Value.Contains("://", StringComparison.Ordinal)))
            {
                result.AddError($"-h takes a host; give {token.Value} with --url");
            }

            foreach (Token token in result.Tokens.Where(token => HostAndPort().IsMatch(token.Value)))
            {
                int colon = token.Value.IndexOf(':', StringComparison.Ordinal);
                result.AddError($"-h takes a host alone: write -h {token.Value[..colon]} -p {token.Value[(colon + 1)..]}");
            }
        });
        Protocol.Validators.Add(result =>
        {
            foreach (Token token in result.Tokens.Where(token => !Protocols.Contains(token.Value)))
            {
                result.AddError($"{Protocol.Name} takes mqtt, mqtts, ws or wss, not \"{token.Value}\"");
            }
        });
        command.Validators.Add(Check);
    }

    /// <summary>Returns whether the command line, not the environment, says where the broker is.</summary>
    public bool IsGiven(ParseResult parsed) =>
        OfHost.Append(Url).Append(Unix).Any(option => parsed.GetResult(option) is { Implicit: false }) || FirstUrl(parsed.GetValue(Positional)) is not null;

    /// <summary>Returns the arguments behind the address.</summary>
    public string[] Words(CommandResult result)
    {
        string[] all = result.GetValue(Positional) ?? [];
        return FirstUrl(all) is null ? all : all[1..];
    }

    /// <summary>Returns the address; host and port become mqtts if TLS options are given or the port is 8883.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="hasTls">True if TLS options are given, false if they forbid it, null if there are none.</param>
    /// <param name="account">The address of an account; null for none.</param>
    public string Read(ParseResult parsed, bool? hasTls, string? account = null)
    {
        if (parsed.GetValue(Unix) is not null) return (hasTls ?? false) ? "mqtts://localhost" : "mqtt://localhost";
        if (GivenUrl(parsed) is { } given) return TopicPlace(given) is { } place ? given[..place] : given;
        bool hasHost = OfHost.Any(option => parsed.GetResult(option) is { Implicit: false });
        if (!hasHost && account is not null) return account;
        if (!hasHost && Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } variable) return variable;
        return OfHostAndPort(parsed, hasTls);
    }

    /// <summary>Returns the topic in an address of the command line; null if it has none.</summary>
    public string? TopicIn(string? url) => url is not null && TopicPlace(url) is { } place ? url[(place + 1)..] : null;

    /// <summary>Returns the address of the command line as it was given; null if there is none.</summary>
    public string? GivenUrl(ParseResult parsed) => parsed.GetValue(Url) ?? FirstUrl(parsed.GetValue(Positional));

    /// <inheritdoc cref="GivenUrl(ParseResult)"/>
    public string? GivenUrl(CommandResult result) => result.GetValue(Url) ?? FirstUrl(result.GetValue(Positional));

    /// <summary>Returns the scheme of the address that <see cref="Read"/> would return, but for TLS options and accounts.</summary>
    public string SchemeOf(CommandResult result)
    {
        if (result.GetResult(Protocol) is { Tokens: [Token protocol, ..] }) return protocol.Value;
        if (result.GetResult(WebSocket) is { Implicit: false }) return "ws";
        if (result.GetResult(Host) is not null || result.GetResult(Port) is not null || result.GetResult(Unix) is not null) return "mqtt";
        string? url = GivenUrl(result) ?? Environment.GetEnvironmentVariable(Variable);
        return url is { Length: > 0 } ? url.Split("://")[0] : "mqtt";
    }

    private static string? FirstUrl(string[]? words) => words is [string first, ..] && first.Contains("://", StringComparison.Ordinal) ? first : null;

    private int? TopicPlace(string url)
    {
        int authority = url.IndexOf("://", StringComparison.Ordinal) + 3;
        if (!TakesTopic || authority < 3 || !WithoutPath.Contains(url[..(authority - 3)], StringComparer.OrdinalIgnoreCase)) return null;
        int slash = url.IndexOf('/', authority);
        return slash >= 0 && slash + 1 < url.Length ? slash : null;
    }

    private string OfHostAndPort(ParseResult parsed, bool? hasTls)
    {
        string host = parsed.GetValue(Host) ?? "localhost";
        int? port = parsed.GetValue(Port);
        if (host.Contains(':', StringComparison.Ordinal) && !host.StartsWith('[')) host = $"[{host}]";
        bool isTls = hasTls ?? port == TlsPort;
        string scheme = parsed.GetValue(Protocol) ?? (parsed.GetValue(WebSocket), isTls) switch
        {
            (true, true) => "wss",
            (true, false) => "ws",
            (false, true) => "mqtts",
            _ => "mqtt",
        };
        if (scheme[0] != 'w') return $"{scheme}://{host}:{port ?? (scheme is "mqtt" or "tcp" ? PlainPort : TlsPort)}";
        string path = parsed.GetValue(Path) ?? "/mqtt";
        return $"{scheme}://{host}{(port is { } number ? $":{number}" : "")}{(path.StartsWith('/') ? "" : "/")}{path}";
    }

    private void Check(CommandResult result)
    {
        string[] words = result.GetValue(Positional) ?? [];
        bool hasUrl = FirstUrl(words) is not null;
        int ways = new[]
        {
            OfHost.Any(option => result.GetResult(option) is { Implicit: false }),
            result.GetResult(Url) is not null,
            result.GetResult(Unix) is not null,
            hasUrl,
        }.Count(isGiven => isGiven);
        if (ways > 1) result.AddError("Give the address once: as a URL, by -h and -p, or by --unix");
        if (result.GetResult(Path) is { Implicit: false } && SchemeOf(result)[0] != 'w') result.AddError("--path has no effect without --ws or --protocol ws");
        if (result.GetValue(WebSocket) && result.GetResult(Protocol) is { Implicit: false }) result.AddError("--ws has no effect beside --protocol");
        foreach (string word in words.Where(word => word.Length > 1 && word[0] == '-'))
        {
            result.AddError($"\"{word}\" is not known{Likeness.Advice(result.Command, word)}");
            return;
        }

        if (MostWords > 0 && words is [string first, ..] && HostAndPort().IsMatch(first))
        {
            result.AddError($"\"{first}\" has no protocol in front: write mqtt://{first} or ws://{first}/mqtt; a topic of this form stands behind -t");
            return;
        }

        int rest = words.Length - (hasUrl ? 1 : 0);
        if (rest <= MostWords) return;
        string unknown = words[^(rest - MostWords)];
        result.AddError(MostWords == 0 && !hasUrl
            ? $"\"{unknown}\" is not an address: write ws, wss, mqtt or mqtts in front, as in mqtt://{unknown}"
            : $"\"{unknown}\" is not known");
    }

    /// <summary>A name with a dot, localhost or an IPv4 address, and a port: more likely an address without its scheme than a topic.</summary>
    [GeneratedRegex(@"^(localhost|[\w-]+(\.[\w-]+)+):\d{2,5}$")]
    private static partial Regex HostAndPort();
}
