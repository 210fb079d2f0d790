// SPDX-License-Identifier: MIT

using RawMqtt.Tests.RuleIndex;

namespace RawMqtt.Tests.House;

/// <summary>The library stays small: lines of code and public types per layer, and the framework assemblies that it refers to, have a budget.</summary>
public class BudgetTests
{
    private const string TableBegins = "<!-- budget: written by House/BudgetTests -->\n";
    private const string TableEnds = "\n<!-- end of budget -->";

    [Fact]
    public void Layers_stay_within_their_budget()
    {
        string[] excesses = Budget.Excesses(CodeLines.OfLayer, PublicTypesOf).ToArray();

        Assert.True(excesses.Length == 0, string.Join('\n', excesses)); // all of them, in full
    }

    [Fact]
    public void Each_folder_of_the_library_has_a_budget()
    {
        string[] layers = Repository.SourceFiles("src/RawMqtt").Select(CodeLines.LayerOf).Distinct().ToArray();

        Assert.Equivalent(Budget.Layers.Select(layer => layer.Layer), layers, strict: true);
    }

    [Fact]
    public void Library_refers_to_listed_framework_assemblies_alone()
    {
        string[] referenced = typeof(MqttClient).Assembly.GetReferencedAssemblies().Select(assembly => assembly.Name!).ToArray();

        string foreign = string.Join(", ", referenced.Except(Budget.FrameworkAssemblies));
        string unused = string.Join(", ", Budget.FrameworkAssemblies.Except(referenced));
        Assert.True(foreign.Length == 0 && unused.Length == 0, $"Referenced and not listed: {foreign}. Listed and not referenced: {unused}.");
    }

    [Fact]
    public void Planted_lines_and_types_are_seen()
    {
        string[] excesses = Budget.Excesses(layer => layer == "Codec" ? 5000 : 100, layer => layer == "Brokers" ? 2 : 0).ToArray();

        Assert.Contains(excesses, excess => excess.StartsWith("Codec has 5000 lines", StringComparison.Ordinal));
        Assert.Contains(excesses, excess => excess.StartsWith("Brokers has 2 public types", StringComparison.Ordinal));
        Assert.Contains(excesses, excess => excess.StartsWith("Codec, WebSockets and Sessions have 5200 lines", StringComparison.Ordinal));
        Assert.Equal(3, excesses.Length);
    }

    [Fact]
    public void Blank_lines_comments_usings_and_brackets_are_no_code()
    {
        string[] none = ["// why", "", "using System.Text;", "using Pair = (int A, int B);", "{", "    });", "/// <summary>", "}"];
        string[] two = ["    using var file = Open();", "    return file;"];

        Assert.Equal(2, CodeLines.Count([.. none, .. two]));
    }

    /// <summary>With RAWMQTT_WRITE_SPEC_NOTES set, this writes the table that it otherwise compares.</summary>
    [Fact]
    public void Readme_shows_the_budget()
    {
        string path = Repository.PathOf("README.md");
        string readme = File.ReadAllText(path);
        int begin = readme.IndexOf(TableBegins, StringComparison.Ordinal);
        int end = readme.IndexOf(TableEnds, StringComparison.Ordinal);
        Assert.True(begin >= 0 && end > begin, "The README has no markers for the table of the budget.");

        string written = string.Concat(readme.AsSpan(0, begin + TableBegins.Length), Budget.Table(), readme.AsSpan(end));
        if (Environment.GetEnvironmentVariable("RAWMQTT_WRITE_SPEC_NOTES") is not null) File.WriteAllText(path, written);

        Assert.Equal(written, File.ReadAllText(path));
    }

    private static int PublicTypesOf(string layer) =>
        typeof(MqttClient).Assembly.GetExportedTypes().Count(type => type.Namespace == (layer.Length == 0 ? "RawMqtt" : $"RawMqtt.{layer}"));
}
