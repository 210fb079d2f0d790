// SPDX-License-Identifier: MIT

using System.CommandLine;
using System.CommandLine.Parsing;

namespace RawMqtt.Cli;

/// <summary>The options for the way to the broker's host: the own address, and a proxy.</summary>
internal sealed class RouteArguments
{
    public Option<string?> Bind { get; } = new("--bind", "-A")
    {
        Description = "Connect from this address of this machine.",
        HelpName = "ADDRESS",
    };

    public Option<string?> Proxy { get; } = new("--proxy")
    {
        Description = "Connect through this SOCKS5 proxy, which also looks up the host's name.",
        HelpName = "socks5h://[USER:PASSWORD@]HOST[:PORT]",
    };

    public Option<bool> NoDelay { get; } = new("--nodelay") { Description = "Send small packets at once; this tool always does." };

    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { Bind, Proxy, NoDelay }) command.Options.Add(option);
        Proxy.Validators.Add(result =>
        {
            foreach (Token token in result.Tokens)
            {
                if (SocksProxy.TryParse(token.Value) is null) result.AddError($"--proxy takes {Proxy.HelpName}, not \"{TerminalText.Escape(token.Value)}\"");
            }
        });
    }

    /// <summary>Returns the way that the options describe; null for the usual one.</summary>
    public Route? Read(ParseResult parsed, string? unix)
    {
        if (unix is null && parsed.GetValue(Bind) is null && parsed.GetValue(Proxy) is null) return null;
        return new Route { UnixSocket = unix, Bind = parsed.GetValue(Bind), Proxy = parsed.GetValue(Proxy) is { } url ? SocksProxy.TryParse(url) : null };
    }
}
