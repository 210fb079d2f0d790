// SPDX-License-Identifier: MIT

using System.Text.RegularExpressions;
using RawMqtt.Tests.RuleIndex;

namespace RawMqtt.Tests.House;

/// <summary>A name stands for one thing, and a file holds one type.</summary>
public class TypeNameTests
{
    private static readonly Regex TopLevel = new(
        @"^(?:(?:public|internal|file|static|sealed|abstract|readonly|ref|unsafe|partial) )*" +
        @"(class|struct|record|record struct|interface|enum|delegate \S+) (\w+)",
        RegexOptions.Multiline);

    private static readonly string[] Empty = ["Manager", "Helper", "Handler", "Adapter", "Factory", "Builder", "Provider", "Impl", "Context", "Info", "Utils"];

    [Fact]
    public void No_two_types_of_the_library_share_a_name() => Assert.Empty(SharedNames(typeof(MqttClient).Assembly.GetTypes()));

    [Fact]
    public void No_type_is_named_by_a_word_that_says_nothing() =>
        Assert.DoesNotContain(
            Repository.SourceFiles("src").SelectMany(TypesIn), type => Array.Exists(Empty, word => type.Name.EndsWith(word, StringComparison.Ordinal)));

    /// <summary>An enum may stand with the one type that uses it.</summary>
    [Fact]
    public void Each_file_of_src_holds_one_type() => Assert.DoesNotContain(Repository.SourceFiles("src"), file => HasSecondType(TypesIn(file)));

    [Fact]
    public void A_planted_second_type_and_a_planted_name_are_seen()
    {
        Assert.True(HasSecondType(TypesOf("public class A\n{\n}\n\ninternal readonly ref struct B\n{\n}\n")));
        Assert.True(HasSecondType(TypesOf("public enum A\n{\n}\n\npublic enum B\n{\n}\n\npublic class C;\n")));
        Assert.False(HasSecondType(TypesOf("public enum A\n{\n}\n\ninternal sealed record B(A Kind);\n    public class Nested;\n")));
        Assert.Equal(["SharedName"], SharedNames([typeof(Planted.SharedName), typeof(TypeNameTests), typeof(Planted.Second.SharedName)]));
    }

    private static IEnumerable<string> SharedNames(IEnumerable<Type> types) => types
        .Where(type => !type.IsNested && !type.Name.Contains('<', StringComparison.Ordinal))
        .GroupBy(type => type.Name)
        .Where(same => same.Count() > 1)
        .Select(same => same.Key);

    private static IEnumerable<(string Kind, string Name)> TypesIn(string file) => TypesOf(File.ReadAllText(Repository.PathOf(file)));

    private static IEnumerable<(string Kind, string Name)> TypesOf(string text) =>
        TopLevel.Matches(text).Select(type => (type.Groups[1].Value, type.Groups[2].Value));

    private static bool HasSecondType(IEnumerable<(string Kind, string Name)> types) =>
        types.Count() > 2 || types.Count(type => type.Kind != "enum") > 1;
}
