// SPDX-License-Identifier: MIT

using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;

namespace RawMqtt.Cli;

/// <summary><c>rawmqtt toolkit</c>: a broker that serves the page, and the browser that shows it.</summary>
internal static class ToolkitCommand
{
    private static readonly Option<bool> NoBrowser = new("--no-browser") { Description = "Print the page's address and open no browser." };

    public static Command Create()
    {
        var command = new Command("toolkit", "Serve a broker and the toolkit, a page that connects to brokers, and open it in the browser.");
        BrokerArguments.AddTo(command);
        command.Add(NoBrowser);
        command.SetAction((parsed, cancellationToken) =>
            BrokerCommand.RunAsync(parsed, ToolkitPage.Load(), addresses => Show(addresses, !parsed.GetValue(NoBrowser)), cancellationToken));
        return command;
    }

    /// <summary>Opens the page of the first listener that has one; a machine without a browser has the address on its screen.</summary>
    private static void Show(IReadOnlyList<string> addresses, bool opensBrowser)
    {
        if (addresses.FirstOrDefault(address => address.StartsWith("ws", StringComparison.Ordinal)) is not { } listener)
        {
            Tool.Warn("no listener serves the page: add --ws HOST:PORT.");
            return;
        }

        if (!opensBrowser) return;
        string page = ToolkitPage.AddressOf(listener);
        try
        {
            string program = OperatingSystem.IsMacOS() ? "open" : "xdg-open";
            using Process? browser = OperatingSystem.IsWindows()
                ? Process.Start(new ProcessStartInfo(page) { UseShellExecute = true })
                : Process.Start(new ProcessStartInfo(program, page) { RedirectStandardError = true, RedirectStandardOutput = true });
        }
        catch (Win32Exception)
        {
            Tool.Warn($"no browser was found: open {page} in one.");
        }
    }
}
