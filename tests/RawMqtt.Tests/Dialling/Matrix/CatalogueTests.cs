// SPDX-License-Identifier: MIT

using System.Text.RegularExpressions;
using RawMqtt.Cli;
using RawMqtt.Dialling;
using RawMqtt.Tests.RuleIndex;

namespace RawMqtt.Tests.Dialling.Matrix;

/// <summary>The catalogue of diagnoses: each code stands once, has advice for both places in their own words, and is shown by a test.</summary>
public class CatalogueTests
{
    /// <summary>What no endpoint of this machine can show, and the tests that show it.</summary>
    private static readonly string[] ShownElsewhere =
    [
        "name.unknown", "options.tls-without-tls", "options.request-headers", "http.wrong-101", "tls.not-yet-valid", "tls.no-names", "tls.wildcard",
        "tls.address-not-named", "tls.not-for-servers", // DialerTests
        "options.authority-file", "options.certificate-file", "tls.certificate-not-checked", "tls.refused-by-function", "tls.other-pin", // TlsOptionTests
        "options.browser", // BrowserOptionsTests
        "options.tls-left-out", // TlsSupportTests
        "address.listener-user", // MqttAddressTests
        "timeout.application", // ConnectHooksTests
        "timeout.name", "timeout.tcp", "tcp.unreachable", "tcp.refused-default-port", "tcp.refused-8884", "tls.refused", "tls.no-certificate", "tls.version",
        "tls.name-not-served", "tls.no-http", "tls.alert", "tls.failed", "tls.client-certificate-refused", "http.407", "http.other", "lost.closed",
        "lost.after-subscribe", "lost.after-publish", "mqtt.answered-http-wants-tls", "http.wants-tls", // PeerDiagnosisTests
    ];

    public static TheoryData<string> Codes => [.. Catalogue.Entries.Select(entry => entry.Code)];

    [Fact]
    public void Codes_stand_once()
    {
        Assert.True(Catalogue.Entries.Count >= 60);
        Assert.Equal(Catalogue.Entries.Count, Catalogue.Entries.Select(entry => entry.Code).Distinct().Count());
        Assert.Empty(ToolAdvice.ByCode.Keys.Except(Catalogue.Entries.Select(entry => entry.Code)));
    }

    [Fact]
    public void Each_code_is_shown_by_a_test()
    {
        string[] tables = ["tests/RawMqtt.Tests/Dialling/Matrix/endpoints.tsv", "tests/RawMqtt.Tests/Dialling/Matrix/addresses.tsv",
            "tests/RawMqtt.Interop/matrix.tsv"];
        string[] shown = [.. ShownElsewhere, .. tables.SelectMany(table => File.ReadAllText(Repository.PathOf(table)).Split('\t', '|', '\n'))];

        Assert.Empty(Catalogue.Entries.Select(entry => entry.Code).Except(shown));
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public void Advice_is_in_the_words_of_its_place(string code)
    {
        DiagnosisEntry entry = Catalogue.Entries.Single(entry => entry.Code == code);
        string advice = Catalogue.ToolAdviceFor(entry);
        string[] options = [.. Tool.Create().Subcommands.SelectMany(command => command.Options).SelectMany(option => option.Aliases.Append(option.Name))];
        string[] members = [.. new[] { typeof(MqttClientOptions), typeof(MqttTlsOptions) }.SelectMany(type => type.GetProperties())
            .Select(member => member.Name).Except(["Address", "Addresses", "Will", "Log", "Tap", "Tls"])];

        Assert.Matches("^[a-z]+(\\.[a-z0-9-]+)+$", code);
        Assert.True(entry.Advice.Length > 0 || code.StartsWith("lost.", StringComparison.Ordinal));
        Assert.Empty(Words($"{entry.Observed} {entry.Cause} {entry.Advice}").Intersect(options));
        Assert.Empty(Words($"{entry.Observed} {entry.Cause} {advice}").Intersect(members));
        Assert.Empty(Words(advice).Where(word => word.StartsWith("--", StringComparison.Ordinal)).Except(options));
        Assert.DoesNotContain("  ", $"{entry.Observed} {entry.Advice}", StringComparison.Ordinal);
    }

    private static IEnumerable<string> Words(string text) => Regex.Matches(text, @"(?<![\w-])-{0,2}\w[\w-]*").Select(word => word.Value);
}
