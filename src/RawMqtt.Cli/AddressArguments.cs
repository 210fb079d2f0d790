// SPDX-License-Identifier: MIT

using System.CommandLine;
using System.CommandLine.Parsing;

namespace RawMqtt.Cli;

/// <summary>The ways to say where the broker is: a URL, or host and port as for mosquitto_pub, or the variable RAWMQTT_URL.</summary>
internal sealed class AddressArguments
{
    private const string Variable = "RAWMQTT_URL";
    private const int PlainPort = 1883;
    private const int TlsPort = 8883;

    public Argument<string?> Positional { get; } = new("URL")
    {
        Description = "Where the broker is: ws, wss, mqtt or mqtts://[USER:PASSWORD@]HOST[:PORT][/PATH].",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public Option<string?> Url { get; } = new("--url", "-L") { Description = "The same; by default RAWMQTT_URL, or mqtt://localhost:1883.", HelpName = "URL" };

    public Option<string?> Host { get; } = new("--host", "-h") { Description = "The host, for MQTT over TCP or, with --cafile, TLS.", HelpName = "HOST" };

    public NumberOption Port { get; } = new(1, ushort.MaxValue, "--port", "-p")
    {
        Description = $"The port beside -h; {PlainPort} by default, or {TlsPort} with TLS.",
        HelpName = "PORT",
    };

    public void AddTo(Command command)
    {
        command.Arguments.Add(Positional);
        foreach (Option option in new Option[] { Url, Host, Port }) command.Options.Add(option);
        Host.Validators.Add(result =>
        {
            foreach (Token token in result.Tokens.Where(token => token.Value.Contains("://", StringComparison.Ordinal)))
            {
                result.AddError($"-h takes a host; give {token.Value} with --url");
            }
        });
        command.Validators.Add(result =>
        {
            bool hasHost = result.GetResult(Host) is not null || result.GetResult(Port) is not null;
            int ways = new[] { hasHost, result.GetResult(Url) is not null, result.GetResult(Positional) is { Tokens.Count: > 0 } }.Count(isGiven => isGiven);
            if (ways > 1) result.AddError("Give the address once: as a URL, or by -h and -p");
        });
    }

    /// <summary>Returns the address; host and port become mqtts if TLS options are given or the port is 8883.</summary>
    public string Read(ParseResult parsed, bool hasTlsOptions)
    {
        string? host = parsed.GetValue(Host);
        int? port = parsed.GetValue(Port);
        if (host is null && port is null && (parsed.GetValue(Url) ?? parsed.GetValue(Positional)) is { } given) return given;
        if (host is null && port is null && Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } variable) return variable;

        host ??= "localhost";
        if (host.Contains(':', StringComparison.Ordinal) && !host.StartsWith('[')) host = $"[{host}]";
        bool isTls = hasTlsOptions || port == TlsPort;
        return $"{(isTls ? "mqtts" : "mqtt")}://{host}:{port ?? (isTls ? TlsPort : PlainPort)}";
    }

    /// <summary>Returns the scheme of the address that <see cref="Read"/> would return, but for TLS options.</summary>
    public string SchemeOf(CommandResult result)
    {
        if (result.GetResult(Host) is not null || result.GetResult(Port) is not null) return "mqtt";
        string? url = result.GetResult(Url) is { Tokens: [Token option, ..] } ? option.Value
            : result.GetResult(Positional) is { Tokens: [Token argument, ..] } ? argument.Value
            : Environment.GetEnvironmentVariable(Variable);
        return url is { Length: > 0 } ? url.Split("://")[0] : "mqtt";
    }
}
