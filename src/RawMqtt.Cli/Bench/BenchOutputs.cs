// SPDX-License-Identifier: MIT

using System.CommandLine;

namespace RawMqtt.Cli.Bench;

/// <summary>Where the report of a run goes, and in which forms.</summary>
internal sealed class BenchOutputs
{
    private readonly Option<string?> json = new("--json")
    {
        Description = "Write the report as JSON, for bench compare; - writes it to the output.",
        HelpName = "FILE",
    };

    private readonly Option<string?> csv = new("--csv")
    {
        Description = "Write the seconds of the run as CSV; - writes them to the output.",
        HelpName = "FILE",
    };

    private readonly Option<string?> html = new("--html")
    {
        Description = "Write the report as one HTML page with plots, which needs no network.",
        HelpName = "FILE",
    };

    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { json, csv, html }) command.Options.Add(option);
    }

    /// <summary>Creates the files before the run, so that a wrong path costs no time.</summary>
    public void CreateFiles(ParseResult parsed)
    {
        foreach (Option<string?> option in new[] { json, csv, html })
        {
            if (parsed.GetValue(option) is { } file and not "-") File.WriteAllText(file, "");
        }
    }

    public void Write(ParseResult parsed, BenchReport report)
    {
        bool isTaken = Write(parsed.GetValue(json), () => BenchJson.Write(report));
        isTaken |= Write(parsed.GetValue(csv), () => BenchCsv.Render(report));
        isTaken |= Write(parsed.GetValue(html), () => BenchHtml.Render(report));
        if (!isTaken) Terminal.Out.Write(BenchText.Render(report));
    }

    private static bool Write(string? file, Func<string> render)
    {
        if (file == "-") Terminal.Out.Write(Terminal.Json(render()));
        else if (file is not null) File.WriteAllText(file, render());
        return file == "-";
    }
}
