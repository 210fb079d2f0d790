// SPDX-License-Identifier: MIT

using System.Text.RegularExpressions;
using RawMqtt.Tests.RuleIndex;

namespace RawMqtt.Tests.House;

/// <summary>A test's name is a sentence with underscores: a list of failures then reads as a list of what does not hold.</summary>
public partial class TestNamesTests
{
    [Fact]
    public void Every_test_is_named_by_a_sentence()
    {
        (string File, string Name)[] tests =
        [
            .. Repository.SourceFiles("tests").Where(file => file.EndsWith("Tests.cs", StringComparison.Ordinal)).SelectMany(file =>
                Test().Matches(File.ReadAllText(Repository.PathOf(file))).Select(test => (Path.GetFileName(file), test.Groups["name"].Value))),
        ];

        Assert.True(tests.Length > 500, $"Only {tests.Length} tests were found: the pattern no longer fits.");
        Assert.Empty(tests.Where(test => !IsSentence(test.Name)).Select(test => $"{test.File}: {test.Name}"));
    }

    [Theory]
    [InlineData("A_lost_connection_is_made_again", true)]
    [InlineData("At_QoS_0_a_PUBLISH_costs_nothing", true)]
    [InlineData("Resumes", true)]
    [InlineData("ALostConnectionIsMadeAgain", false)]
    [InlineData("a_lost_connection", false)]
    [InlineData("ReadsTwice", false)]
    public void A_sentence_has_underscores_between_its_words(string name, bool sentence) => Assert.Equal(sentence, IsSentence(name));

    /// <summary>A name of a member may stand within a sentence, as in <c>Each_OpenAsync_is_an_attempt</c>; one compound alone is none.</summary>
    private static bool IsSentence(string name) => char.IsUpper(name[0]) && (name.Contains('_', StringComparison.Ordinal) || !Compound().IsMatch(name));

    /// <summary>An attribute of a test, the attributes, comments and conditions that follow it, and the method.</summary>
    [GeneratedRegex("""^ +\[(?:Fact|Theory|Property)\b.*\n(?:(?: +(?:\[|//|["A-Za-z0-9(].*[,)\]] *$).*|#.*|)\n)*? +public (?:static )?(?:async )?[\w<>]+ """
        + """(?<name>\w+)\(""", RegexOptions.Multiline)]
    private static partial Regex Test();

    [GeneratedRegex("[a-z0-9][A-Z]|^[A-Z][A-Z][a-z]")]
    private static partial Regex Compound();
}
