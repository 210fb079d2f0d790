// SPDX-License-Identifier: MIT

using System.Text.RegularExpressions;
using RawMqtt.Tests.RuleIndex;

namespace RawMqtt.Tests.House;

/// <summary>Counts lines of code: all but blank lines, comments, using directives, and lines of brackets alone.</summary>
internal static class CodeLines
{
    /// <summary>Returns the lines of code of one layer of the library; "" is the root.</summary>
    public static int OfLayer(string layer) => Repository.SourceFiles("src/RawMqtt")
        .Where(file => LayerOf(file) == layer)
        .Sum(file => Count(File.ReadAllLines(Repository.PathOf(file))));

    /// <summary>Returns the folder of a file of the library; "" for one at the root.</summary>
    public static string LayerOf(string file) => file.Split('/') is { Length: > 3 } path ? path[2] : "";

    public static int Count(IEnumerable<string> lines) => lines.Count(line => IsCode(line.Trim()));

    private static bool IsCode(string line) =>
        line.Trim('{', '}', '(', ')', '[', ']', ';', ',').Length > 0 &&
        !line.StartsWith("//", StringComparison.Ordinal) &&
        !Regex.IsMatch(line, @"^using (static )?[\w.]+( = [\w.<>, ()]+)?;$");
}
