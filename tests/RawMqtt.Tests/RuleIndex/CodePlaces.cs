// SPDX-License-Identifier: MIT

using System.Reflection;
using System.Text.RegularExpressions;
using RawMqtt.Tests.Compiled;

namespace RawMqtt.Tests.RuleIndex;

/// <summary>Where the library cites a rule: its number in a source line, or compiled code that uses the violation which carries it.</summary>
public static class CodePlaces
{
    private static readonly Regex RuleId = new(@"MQTT-\d+\.\d+\.\d+-\d+|WS-\d+(?:\.\d+)*-\d+");

    public static ILookup<string, CodePlace> FindAll()
    {
        (string Id, CodePlace Place)[] found = Repository.SourceFiles("src/RawMqtt")
            .SelectMany(file => FindIn(file, File.ReadAllLines(Repository.PathOf(file))))
            .Concat(FindUses())
            .DistinctBy(found => (found.Id, found.Place.File, found.Place.Member))
            .OrderBy(found => found.Place.File, StringComparer.Ordinal)
            .ThenBy(found => found.Place.Line)
            .ToArray();

        // The lists of violations say that a rule can be broken; where it is checked says more.
        HashSet<string> checkedElsewhere = found.Where(f => !IsInList(f.Place)).Select(f => f.Id).ToHashSet();
        return found.Where(f => !IsInList(f.Place) || !checkedElsewhere.Contains(f.Id)).ToLookup(f => f.Id, f => f.Place);
    }

    /// <summary>The numbers of rules in a text, in its order.</summary>
    public static IEnumerable<string> IdsIn(string text) => RuleId.Matches(text).Select(match => match.Value);

    private static IEnumerable<(string Id, CodePlace Place)> FindIn(string file, string[] lines) =>
        from index in Enumerable.Range(0, lines.Length)
        from id in IdsIn(lines[index])
        select (id, new CodePlace(file, index + 1, SourceMap.MemberAt(file, lines, index)));

    private static IEnumerable<(string Id, CodePlace Place)> FindUses() =>
        from method in Library.Methods
        from instruction in Instruction.ReadAll(method)
        where Library.IsViolation(instruction.Member) && instruction.Code.Name == "ldsfld"
        let statement = SourceMap.StatementsOf(method).Last(statement => statement.Offset <= instruction.Offset)
        from id in IdsIn(Library.RuleOf((FieldInfo)instruction.Member!))
        select (id, new CodePlace(statement.File, statement.FirstLine, SourceMember.Of(method)));

    private static bool IsInList(CodePlace place) => place.Member is SourceMember member && member.Type.GetFields(Library.Declared).Any(Library.IsViolation);
}
