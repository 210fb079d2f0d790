// SPDX-License-Identifier: MIT

namespace RawMqtt.Tests.RuleIndex;

/// <summary>One row of a specification's list: what a reader of the text must do, under the number that the sources cite.</summary>
public sealed record SpecRule(string Id, string Section, string Role, string Requirement)
{
    /// <summary>Reads a list from <c>tests/RawMqtt.Tests/Spec</c>: tab-separated, with one header line that names the columns.</summary>
    public static IReadOnlyList<SpecRule> ReadAll(string file)
    {
        string[] lines = File.ReadAllLines(Repository.PathOf("tests/RawMqtt.Tests/Spec/" + file));
        string[] columns = lines[0].Split('\t');
        int id = Array.IndexOf(columns, "id");
        int section = Array.IndexOf(columns, "section");
        int role = Array.IndexOf(columns, "role");
        int requirement = Array.IndexOf(columns, "requirement");
        return lines.Skip(1)
            .Where(line => line.Length > 0)
            .Select(line => line.Split('\t'))
            .Select(row => new SpecRule(row[id], row[section], row[role], row[requirement]))
            .ToList();
    }
}
