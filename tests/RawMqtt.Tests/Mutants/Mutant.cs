// SPDX-License-Identifier: MIT

using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using RawMqtt.Tests.Compiled;
using RawMqtt.Tests.RuleIndex;

namespace RawMqtt.Tests.Mutants;

/// <summary>The library with one check switched off, by bytes that are written over its compiled code.</summary>
/// <param name="Place">The line of the check.</param>
/// <param name="Violation">The violation that the check reports.</param>
/// <param name="Rules">The rules that are cited there, that of the violation first.</param>
/// <param name="Method">The method whose IL is changed.</param>
/// <param name="Offset">Where in the IL.</param>
/// <param name="Bytes">What is written there.</param>
public sealed record Mutant(CodePlace Place, string Violation, IReadOnlyList<string> Rules, MethodBase Method, int Offset, byte[] Bytes)
{
    private static readonly byte[] NoViolation = [(byte)OpCodes.Ldnull.Value, 0, 0, 0, 0];
    private static readonly Dictionary<string, string[]> Lines =
        Repository.SourceFiles("src/RawMqtt").ToDictionary(file => file, file => File.ReadAllLines(Repository.PathOf(file)));

    public string Name => $"{Place.File}:{Place.Line} {Violation}";

    /// <summary>A mutant for each violation that a method requires, reports, returns or keeps, and that carries a numbered rule.</summary>
    public static IReadOnlyList<Mutant> FindAll() =>
        (from method in Library.Methods
         where !method.DeclaringType!.GetFields(Library.Declared).Any(Library.IsViolation)
         let il = Instruction.ReadAll(method)
         from index in Enumerable.Range(0, il.Count)
         where il[index].Code == OpCodes.Ldsfld && Library.IsViolation(il[index].Member)
         let mutant = Create(method, il, index)
         where mutant is not null && mutant.Rules.Count > 0
         orderby mutant.Place.File, mutant.Place.Line, mutant.Offset
         select mutant).ToList();

    /// <summary>A copy of the library's file with this mutant in it.</summary>
    public byte[] Apply(byte[] library)
    {
        byte[] changed = [.. library];
        Bytes.CopyTo(changed, StartOfIl(library, Method) + Offset);
        return changed;
    }

    private static Mutant? Create(MethodBase method, IReadOnlyList<Instruction> il, int index)
    {
        var violation = (FieldInfo)il[index].Member!;
        Statement statement = SourceMap.StatementsOf(method).Last(statement => statement.Offset <= il[index].Offset);
        (int Offset, byte[] Bytes)? change = WithoutRequire(method, il, index);
        if (change is null && IsUsed(il[index + 1], violation.FieldType)) change = WithoutBlock(method, il, index) ?? (il[index].Offset, NoViolation);
        if (change is not var (offset, bytes)) return null;

        int line = LineOf(statement, violation);
        string comment = bytes == NoViolation ? "" : Lines[statement.File][line - 1]; // without the violation alone, what else the line cites still holds
        string[] rules = CodePlaces.IdsIn(Library.RuleOf(violation)).Concat(CodePlaces.IdsIn(comment)).Distinct().ToArray();
        return new Mutant(new CodePlace(statement.File, line, SourceMember.Of(method)), violation.Name, rules, method, offset, bytes);
    }

    /// <summary>The line of a statement that names the violation; of two, the mutants of both stand at the first.</summary>
    private static int LineOf(Statement statement, FieldInfo violation) =>
        Enumerable.Range(statement.FirstLine, statement.LastLine - statement.FirstLine + 1)
            .FirstOrDefault(line => Lines[statement.File][line - 1].Contains("." + violation.Name, StringComparison.Ordinal), statement.FirstLine);

    /// <summary>Whether the violation is returned, kept or passed on by the next instruction. What is only compared or printed is no check.</summary>
    private static bool IsUsed(Instruction next, Type violation) =>
        next.Code.FlowControl is FlowControl.Return or FlowControl.Branch
        || next.Code.Name!.StartsWith("st", StringComparison.Ordinal)
        || next.Member is MethodBase { Name: not ("op_Equality" or "AppendFormatted") } called
        && called.GetParameters().Any(parameter => parameter.ParameterType == violation);

    /// <summary><c>Require(condition, violation)</c>: the call becomes the removal of its arguments.</summary>
    private static (int, byte[])? WithoutRequire(MethodBase method, IReadOnlyList<Instruction> il, int index)
    {
        int end = SourceMap.StatementsOf(method).Select(statement => statement.Offset).FirstOrDefault(offset => offset > il[index].Offset, int.MaxValue);
        Instruction call = il.Skip(index).FirstOrDefault(instruction => instruction.Member is MethodInfo { Name: "Require" });
        if (call.Member is not MethodInfo require || call.Offset >= end) return null;
        int arguments = require.GetParameters().Length + (require.IsStatic ? 0 : 1);
        return (call.Offset, [.. Enumerable.Repeat((byte)OpCodes.Pop.Value, arguments), .. new byte[5 - arguments]]);
    }

    /// <summary><c>if (condition) { report the violation }</c>: the block begins with a branch to where the condition leads when it does not hold.</summary>
    private static (int, byte[])? WithoutBlock(MethodBase method, IReadOnlyList<Instruction> il, int index)
    {
        int start = index;
        while (start > 0 && !il[start - 1].IsConditionalBranch && !il[start - 1].EndsBlock) start--;
        if (start == 0 || !il[start - 1].IsConditionalBranch || il[start - 1].Number <= il[index].Offset) return null;
        if (!SourceMap.StatementsOf(method).Any(statement => statement.Offset == il[start].Offset)) return null; // within an expression

        int distance = (int)il[start - 1].Number - il[start].Offset;
        byte[] block = new byte[distance]; // NOP behind the branch: half an instruction would make the program invalid
        byte[] branch = distance - 2 <= sbyte.MaxValue
            ? [(byte)OpCodes.Br_S.Value, (byte)(distance - 2)]
            : [(byte)OpCodes.Br.Value, .. BitConverter.GetBytes(distance - 5)];
        branch.CopyTo(block, 0);
        return (il[start].Offset, block);
    }

    private static int StartOfIl(byte[] library, MethodBase method)
    {
        using var file = new PEReader(new MemoryStream(library));
        MethodDefinition definition = file.GetMetadataReader().GetMethodDefinition((MethodDefinitionHandle)MetadataTokens.EntityHandle(method.MetadataToken));
        SectionHeader section = file.PEHeaders.SectionHeaders[file.PEHeaders.GetContainingSectionIndex(definition.RelativeVirtualAddress)];
        int body = definition.RelativeVirtualAddress - section.VirtualAddress + section.PointerToRawData;
        bool isTiny = (library[body] & 0b11) == 0b10; // ECMA-335 II.25.4: a header of 1 byte, or of 12
        return body + (isTiny ? 1 : 12);
    }
}
