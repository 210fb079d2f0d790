// SPDX-License-Identifier: MIT

using System.Text;
using System.Text.RegularExpressions;
using RawMqtt.Dialling;
using RawMqtt.Tests.Dialling.Matrix;
using RawMqtt.Tests.RuleIndex;

namespace RawMqtt.Tests.House;

/// <summary>docs/troubleshooting.md is written from the catalogue of diagnoses.</summary>
public partial class TroubleshootingTests
{
    private static readonly (string Prefix, string Title)[] Parts =
    [
        ("address", "The address"), ("options", "The options"), ("name", "Name service"), ("tcp", "TCP"), ("timeout", "Nothing came in time"),
        ("tls", "TLS and certificates"), ("port", "Another program"), ("http", "The WebSocket handshake"), ("mqtt", "CONNECT and its answer"),
        ("lost", "After CONNACK"),
    ];

    /// <summary>With RAWMQTT_WRITE_SPEC_NOTES set, this writes the page that it otherwise compares.</summary>
    [Fact]
    public void Page_is_that_of_the_catalogue()
    {
        string path = Repository.PathOf("docs/troubleshooting.md");
        string written = Page();
        if (Environment.GetEnvironmentVariable("RAWMQTT_WRITE_SPEC_NOTES") is not null) File.WriteAllText(path, written);

        Assert.Equal(written, File.ReadAllText(path));
        Assert.Empty(Catalogue.Entries.Select(entry => entry.Code.Split('.')[0]).Except(Parts.Select(part => part.Prefix)));
    }

    private static string Page()
    {
        var page = new StringBuilder("""
            # Troubleshooting

            <!-- written by House/TroubleshootingTests from the catalogue in src/RawMqtt/Dialling -->

            When a connection fails, the exception (and the tool's error) says what was observed, the likely cause, and what to try.
            `MqttException.Diagnosis` has the same in parts: the code of the tables below, which does not change between versions, and the facts, whose
            names stand in *italics*. What a server sent is quoted, cut, and without its control characters.

            To examine an address step by step, run `rawmqtt doctor URL`; it also says which other addresses of that port would work.

            """);
        foreach ((string prefix, string title) in Parts)
        {
            page.Append($"\n## {title}\n\n| code | what it says | what to try in a program | with the tool |\n|---|---|---|---|\n");
            foreach (DiagnosisEntry entry in Catalogue.Entries.Where(entry => entry.Code.StartsWith($"{prefix}.", StringComparison.Ordinal)))
            {
                string tool = Catalogue.ToolAdviceFor(entry);
                page.Append($"| `{entry.Code}` | {Shown($"{entry.Observed} {entry.Cause}")} | {Shown(entry.Advice)} | ");
                page.Append($"{(tool == entry.Advice ? "the same" : Shown(tool))} |\n");
            }
        }

        return page.ToString();
    }

    private static string Shown(string text) => Fact().Replace(
        text.Trim().Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace("*", "\\*", StringComparison.Ordinal),
        "*$1*");

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex Fact();
}
