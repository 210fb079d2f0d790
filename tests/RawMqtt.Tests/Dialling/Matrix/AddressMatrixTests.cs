// SPDX-License-Identifier: MIT

using System.Text.RegularExpressions;
using RawMqtt.Dialling;
using RawMqtt.Tests.RuleIndex;

namespace RawMqtt.Tests.Dialling.Matrix;

/// <summary>What is said of addresses that cannot be used, and that each address which the text proposes works when typed.</summary>
public partial class AddressMatrixTests
{
    private static readonly string[][] Rows =
    [
        .. File.ReadAllLines(Repository.PathOf("tests/RawMqtt.Tests/Dialling/Matrix/addresses.tsv")).Where(line => !line.StartsWith('#'))
            .Select(line => line.Split('\t')),
    ];

    public static TheoryData<string> Addresses => [.. Rows.Select(row => row[0])];

    [Theory]
    [MemberData(nameof(Addresses))]
    public void Text_says_what_was_probably_meant(string address)
    {
        string[] row = Rows.Single(row => row[0] == address);

        MqttException refusal = Assert.Throws<MqttException>(() => MqttAddress.Parse(address));

        Assert.Equal((row[1], MqttErrorCode.InvalidAddress), (refusal.Diagnosis?.Code, refusal.Code));
        foreach (string words in row[2].Split('…', StringSplitOptions.TrimEntries))
        {
            if (words[0] == '!') Assert.DoesNotContain(words[1..], refusal.Message, StringComparison.Ordinal);
            else Assert.Contains(words, refusal.Message, StringComparison.Ordinal);
        }

        Assert.Empty(Catalogue.FactsMissingIn(refusal.Diagnosis!));
        string[] facts = ["try", "without"];
        string proposals = string.Join(' ', facts.Select(fact => refusal.Diagnosis?.Facts.GetValueOrDefault(fact, "")));
        Assert.All(Proposal().Matches(proposals), proposal =>
        {
            MqttAddress proposed = MqttAddress.Parse(proposal.Value.Replace("***", "x", StringComparison.Ordinal));
            Assert.True(!proposed.IsWebSocket || proposed.PathAndQuery.Length > 1);
            Assert.True(PortIn(address) is "" or ":1883" or ":8883" || proposal.Value.Contains(PortIn(address), StringComparison.Ordinal), proposal.Value);
        });
    }

    [Theory]
    [InlineData("mqtt:1883")]
    [InlineData("ws:/alice:secret@h")]
    [InlineData("ws;//h:1")]
    [InlineData(":::")]
    [InlineData("ws:")]
    [InlineData("/")]
    [InlineData("?")]
    [InlineData("@")]
    [InlineData("ws://@/")]
    [InlineData("ws:\\\\")]
    public void No_address_makes_a_proposal_fail(string address)
    {
        MqttException refusal = Assert.Throws<MqttException>(() => MqttAddress.Parse(address));

        Assert.StartsWith("address.", refusal.Diagnosis?.Code, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>The port that the user wrote, with its colon.</summary>
    private static string PortIn(string address) => Port().Match(address).Value.TrimEnd('/', '\\');

    [GeneratedRegex(@"\b(wss?|mqtts?)://[^\s,)]+(?<!\.)")]
    private static partial Regex Proposal();

    [GeneratedRegex(@":\d{4,5}(?=$|[/\\])")]
    private static partial Regex Port();
}
