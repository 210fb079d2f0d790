// SPDX-License-Identifier: MIT

using System.Reflection;
using System.Reflection.Emit;

namespace RawMqtt.Tests.Compiled;

/// <summary>One IL instruction of a method of the library.</summary>
/// <param name="Offset">Where it begins in the method's IL.</param>
/// <param name="Code">What it does.</param>
/// <param name="Number">Its operand: a value, a token, or the offset that a branch leads to.</param>
/// <param name="Member">The type, method or field that its operand names.</param>
public readonly record struct Instruction(int Offset, OpCode Code, long Number, MemberInfo? Member)
{
    private static readonly Dictionary<short, OpCode> OpCodeOf = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => code.Value);

    public bool IsConditionalBranch => Code.FlowControl == FlowControl.Cond_Branch && Code.OperandType != OperandType.InlineSwitch;

    /// <summary>Whether the next instruction is not reached from this one.</summary>
    public bool EndsBlock => Code.FlowControl is FlowControl.Branch or FlowControl.Return or FlowControl.Throw;

    public static IReadOnlyList<Instruction> ReadAll(MethodBase method)
    {
        byte[] il = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        var found = new List<Instruction>();
        for (int offset = 0; offset < il.Length;)
        {
            int start = offset;
            OpCode code = OpCodeOf[il[offset] == 0xFE ? BitConverter.ToInt16([il[offset + 1], 0xFE]) : il[offset]];
            offset += code.Size;
            int length = LengthOfOperand(code, il, offset);
            long number = length switch { 1 => (sbyte)il[offset], 4 => BitConverter.ToInt32(il, offset), _ => 0 };
            offset += length;
            if (code.OperandType is OperandType.InlineBrTarget or OperandType.ShortInlineBrTarget) number += offset;
            found.Add(new Instruction(start, code, number, MemberNamedBy(code, (int)number, method)));
        }

        return found;
    }

    private static int LengthOfOperand(OpCode code, byte[] il, int offset) => code.OperandType switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        OperandType.InlineSwitch => 4 + 4 * BitConverter.ToInt32(il, offset),
        _ => 4,
    };

    private static MemberInfo? MemberNamedBy(OpCode code, int token, MethodBase method)
    {
        if (code.OperandType is not (OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType or OperandType.InlineTok)) return null;
        Type[]? ofType = method.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : null;
        Type[]? ofMethod = method.IsGenericMethod ? method.GetGenericArguments() : null;
        return method.Module.ResolveMember(token, ofType, ofMethod);
    }
}
