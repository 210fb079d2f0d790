// SPDX-License-Identifier: MIT

using RawMqtt.Tests.RuleIndex;

namespace RawMqtt.Tests.House;

/// <summary>What each source file looks like: its first lines, the width of its lines, its length.</summary>
public class SourceFormTests
{
    private const int WidestLine = 160;
    private const int LongestFile = 300;

    public static TheoryData<string> Folders => ["src", "tests", "benchmarks"];

    [Theory]
    [MemberData(nameof(Folders))]
    public void Each_file_begins_with_its_license(string folder) =>
        Assert.All(Repository.SourceFiles(folder), file =>
            Assert.Equal(["// SPDX-License-Identifier: MIT", ""], File.ReadLines(Repository.PathOf(file)).Take(2)));

    /// <summary>The numbers are wide lines that still wait to be wrapped: they only fall.</summary>
    [Theory]
    [InlineData("src", 0)]
    [InlineData("tests", 0)]
    [InlineData("benchmarks", 0)]
    public void Lines_have_at_most_160_characters(string folder, int notYet)
    {
        string[] wide = WideLinesOf(Repository.SourceFiles(folder)).ToArray();

        Assert.True(wide.Length <= notYet, string.Join('\n', wide));
    }

    [Theory]
    [InlineData("tests")]
    [InlineData("benchmarks")]
    public void Files_have_at_most_300_lines(string folder) =>
        Assert.DoesNotContain(Repository.SourceFiles(folder), file => File.ReadLines(Repository.PathOf(file)).Skip(LongestFile).Any());

    [Fact]
    public void A_planted_wide_line_is_seen()
    {
        string[] lines = [new('x', WidestLine), new('x', WidestLine + 1)];

        Assert.Equal(["planted.cs:2: 161 characters"], WideLinesOf("planted.cs", lines));
    }

    private static IEnumerable<string> WideLinesOf(IEnumerable<string> files) =>
        files.SelectMany(file => WideLinesOf(file, File.ReadAllLines(Repository.PathOf(file))));

    private static IEnumerable<string> WideLinesOf(string file, string[] lines) =>
        lines.Index().Where(line => line.Item.Length > WidestLine).Select(line => $"{file}:{line.Index + 1}: {line.Item.Length} characters");
}
