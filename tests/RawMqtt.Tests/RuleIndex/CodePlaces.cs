// SPDX-License-Identifier: MIT

using System.Text.RegularExpressions;

namespace RawMqtt.Tests.RuleIndex;

/// <summary>A member of the sources that names a rule.</summary>
public sealed record CodePlace(string File, string Member);

/// <summary>Where the sources cite a rule: its number in a comment, or a use of the violation that carries it.</summary>
public static partial class CodePlaces
{
    private const string ViolationsFile = "src/RawMqtt/Codec/ProtocolViolation.cs";

    public static ILookup<string, CodePlace> FindAll()
    {
        var found = new List<(string Id, CodePlace Place)>();
        foreach (string file in Repository.SourceFiles("src"))
        {
            found.AddRange(FindIn(file, File.ReadAllLines(Repository.PathOf(file))));
        }

        // The list of violations says that a rule can be broken; where it is checked says more.
        HashSet<string> checkedElsewhere = found.Where(f => f.Place.File != ViolationsFile).Select(f => f.Id).ToHashSet();
        return found
            .Where(f => f.Place.File != ViolationsFile || !checkedElsewhere.Contains(f.Id))
            .Distinct()
            .ToLookup(f => f.Id, f => f.Place);
    }

    private static IEnumerable<(string Id, CodePlace Place)> FindIn(string file, string[] lines)
    {
        for (int i = 0; i < lines.Length; i++)
        {
            foreach (string id in IdsIn(lines[i])) yield return (id, new CodePlace(file, MemberAt(file, lines, i)));
        }
    }

    private static IEnumerable<string> IdsIn(string line) =>
        RuleId().Matches(line).Select(match => match.Value)
            .Concat(ViolationUse().Matches(line).Select(match => RuleOfViolation.GetValueOrDefault(match.Groups[1].Value)).OfType<string>());

    /// <summary>The violations by name, as far as they carry a numbered rule.</summary>
    private static readonly Dictionary<string, string> RuleOfViolation =
        ViolationDeclaration().Matches(File.ReadAllText(Repository.PathOf(ViolationsFile)))
            .ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value);

    /// <summary>The member that encloses a line, told by its indentation: the house style has one type a file and members four columns in.</summary>
    private static string MemberAt(string file, string[] lines, int index)
    {
        string type = Path.GetFileNameWithoutExtension(file);
        bool documents = lines[index].TrimStart().StartsWith("///", StringComparison.Ordinal);
        int step = documents ? 1 : -1;
        for (int i = index; i >= 0 && i < lines.Length; i += step)
        {
            if (lines[i].TrimStart() is "" or ['/', '/', ..] or ['[', ..]) continue;
            if (TypeDeclaration().IsMatch(lines[i])) return type;
            if (MemberNameIn(lines[i]) is string name) return name == type ? type : $"{type}.{name}";
        }

        return type;
    }

    /// <summary>The last word before parameters, accessors, value or end of a line that is four columns in.</summary>
    private static string? MemberNameIn(string line)
    {
        if (line.Length < 5 || !line.StartsWith("    ", StringComparison.Ordinal) || !char.IsLetter(line[4])) return null;
        string plain = line;
        while (TypeArguments().IsMatch(plain)) plain = TypeArguments().Replace(plain, "");
        return MemberName().Match(plain) is { Success: true } match ? match.Groups[1].Value : null;
    }

    [GeneratedRegex(@"MQTT-\d+\.\d+\.\d+-\d+|WS-\d+(?:\.\d+)*-\d+")]
    public static partial Regex RuleId();

    [GeneratedRegex(@"ProtocolViolation\.(\w+)")]
    private static partial Regex ViolationUse();

    [GeneratedRegex(@"ProtocolViolation (\w+) = new\(""(MQTT-[^""]+)""")]
    private static partial Regex ViolationDeclaration();

    [GeneratedRegex(@"^\s*(?:public |internal |private |file )?(?:(?:static|sealed|abstract|readonly|ref|partial|unsafe) )*(?:class|struct|record|interface|enum|record struct) \w+")]
    private static partial Regex TypeDeclaration();

    [GeneratedRegex(@"<[^<>]*>")]
    private static partial Regex TypeArguments();

    [GeneratedRegex(@"^[^({=;,]*?(\w+) *(?:[({=;,]|$)")]
    private static partial Regex MemberName();
}
