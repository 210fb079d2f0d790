// SPDX-License-Identifier: MIT

using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Text.RegularExpressions;

namespace RawMqtt.Tests.Compiled;

/// <summary>Which member compiles from a line of the sources, as the library's portable PDB says.</summary>
public static class SourceMap
{
    private static readonly Regex TypeDeclaration = new(@"^\s*(?:\w+ )*(?:class|struct|record|interface|enum) (\w+)");
    private static readonly Regex MemberName = new(@"^[^({=;,/]*?(\w+) *(?:[({=;,/]|$)");
    private static readonly Regex TypeArguments = new("<[^<>]*>");

    private static readonly List<Statement> Statements = ReadStatements();
    private static readonly ILookup<string, Statement> OfFile = Statements.ToLookup(statement => statement.File);
    private static readonly ILookup<int, Statement> OfMethod = Statements.ToLookup(statement => statement.Method.MetadataToken);

    /// <summary>The statements of a method in the order of its IL.</summary>
    public static IEnumerable<Statement> StatementsOf(MethodBase method) => OfMethod[method.MetadataToken];

    /// <summary>The member that a line belongs to: the method around it, or what is declared at the line or below it; null when there is none.</summary>
    public static SourceMember? MemberAt(string file, string[] lines, int index)
    {
        int line = index + 1;
        if (MethodAround(file, line) is MethodBase around) return SourceMember.Of(around);

        while (line < lines.Length && lines[line - 1].TrimStart() is "" or ['/', '/', ..] or ['[', ..]) line++;
        if (MethodAround(file, line) is MethodBase below) return SourceMember.Of(below);
        return FieldInitialisedAt(file, line) is FieldInfo field ? SourceMember.Of(field) : MemberDeclaredAt(file, lines[line - 1]);
    }

    /// <summary>The smallest method from whose first to whose last statement the line lies. A constructor also holds the initialisers of fields,
    /// which may stand anywhere.</summary>
    private static MethodBase? MethodAround(string file, int line) =>
        OfFile[file].Where(statement => statement.Method is not ConstructorInfo)
            .GroupBy(statement => statement.Method, (method, all) => (Method: method, First: all.Min(s => s.FirstLine), Last: all.Max(s => s.LastLine)))
            .Where(extent => extent.First <= line && line <= extent.Last)
            .OrderBy(extent => extent.Last - extent.First)
            .Select(extent => extent.Method)
            .FirstOrDefault()
        ?? OfFile[file].Where(statement => statement.FirstLine <= line && line <= statement.LastLine && FieldOf(statement) is null)
            .Select(statement => statement.Method)
            .FirstOrDefault();

    private static FieldInfo? FieldInitialisedAt(string file, int line) =>
        OfFile[file].Where(statement => statement.FirstLine <= line && line <= statement.LastLine).Select(FieldOf).FirstOrDefault(field => field is not null);

    /// <summary>The field that a statement of a constructor sets.</summary>
    private static FieldInfo? FieldOf(Statement statement)
    {
        if (statement.Method is not ConstructorInfo) return null;
        int next = StatementsOf(statement.Method).Select(other => other.Offset).FirstOrDefault(offset => offset > statement.Offset, int.MaxValue);
        return Instruction.ReadAll(statement.Method)
            .Where(instruction => instruction.Offset >= statement.Offset && instruction.Offset < next && instruction.Code.Name is "stsfld" or "stfld")
            .Select(instruction => instruction.Member as FieldInfo)
            .FirstOrDefault();
    }

    /// <summary>What a declaration without statements names: a type, a constant, a value of an enum, an abstract member, or a method that begins
    /// on this line.</summary>
    private static SourceMember? MemberDeclaredAt(string file, string line)
    {
        string folder = Path.GetDirectoryName(file)!["src/".Length..].Replace('/', '.');
        string typeOfFile = Path.GetFileNameWithoutExtension(file);
        Type? ofFile = Library.Assembly.GetTypes().FirstOrDefault(type => type.Namespace == folder && type.Name.Split('`')[0] == typeOfFile);
        if (ofFile is null) return null;

        Type[] types = [ofFile, .. ofFile.GetNestedTypes(Library.Declared)];
        while (TypeArguments.IsMatch(line)) line = TypeArguments.Replace(line, "");
        string? typeName = TypeDeclaration.Match(line) is { Success: true } declared ? declared.Groups[1].Value : null;
        string memberName = MemberName.Match(line).Groups[1].Value;
        if (types.FirstOrDefault(type => type.Name.Split('`')[0] == (typeName ?? memberName)) is Type named) return new SourceMember(named, null);
        return types.Select(type => new SourceMember(type, memberName)).FirstOrDefault(member => member.Exists);
    }

    private static List<Statement> ReadStatements()
    {
        using var provider = MetadataReaderProvider.FromPortablePdbStream(File.OpenRead(Path.ChangeExtension(Library.Assembly.Location, ".pdb")));
        MetadataReader pdb = provider.GetMetadataReader();
        return pdb.MethodDebugInformation
            .SelectMany(handle => pdb.GetMethodDebugInformation(handle).GetSequencePoints(), (handle, point) => (handle, point))
            .Where(found => !found.point.IsHidden)
            .Select(found => new Statement(
                FileOf(pdb.GetString(pdb.GetDocument(found.point.Document).Name)),
                found.point.StartLine,
                found.point.EndLine,
                Library.Assembly.ManifestModule.ResolveMethod(MetadataTokens.GetToken(found.handle.ToDefinitionHandle()))!,
                found.point.Offset))
            .ToList();
    }

    private static string FileOf(string document)
    {
        string path = document.Replace('\\', '/');
        return path[(path.LastIndexOf("/src/RawMqtt/", StringComparison.Ordinal) + 1)..];
    }
}
