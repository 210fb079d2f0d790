// SPDX-License-Identifier: MIT

using System.Reflection;
using System.Reflection.Emit;
using RawMqtt.WebSockets;

namespace RawMqtt.Tests.Compiled;

/// <summary>Finds where compiled methods choose or read an <see cref="Opcode"/> or a <see cref="CloseCode"/> instead of handing it on.</summary>
/// <remarks>
/// Follows the evaluation stack: a value is a code if it came from an argument, local, field or method of these types; a
/// constant, or a number, that is used in their place is a choice, and a comparison of one reads it.
/// </remarks>
internal sealed class ChosenCodes
{
    private const BindingFlags All = BindingFlags.DeclaredOnly | BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    private static readonly HashSet<Type> Numbers =
        [typeof(byte), typeof(sbyte), typeof(short), typeof(ushort), typeof(int), typeof(uint), typeof(long), typeof(ulong)];

    private readonly MethodBase method;
    private readonly List<string> found = [];
    private readonly Dictionary<int, List<bool>> stackAt = [];
    private List<bool> stack = [];      // true: a code

    private ChosenCodes(MethodBase method) => this.method = method;

    /// <summary>Each choice in the types, those that they nest included.</summary>
    public static IReadOnlyList<string> In(IEnumerable<Type> types) =>
        [.. types.SelectMany(type => type.GetMethods(All).Concat<MethodBase>(type.GetConstructors(All))).SelectMany(In)];

    /// <summary>Each choice in one method: its signature, then its body.</summary>
    public static IReadOnlyList<string> In(MethodBase method)
    {
        var reader = new ChosenCodes(method);
        foreach (ParameterInfo parameter in method.GetParameters())
        {
            if (Numbers.Contains(parameter.ParameterType) && IsNamedAsCode(parameter.Name ?? ""))
                reader.Tell($"the parameter {parameter.Name} is a plain number");
        }

        foreach (Instruction instruction in Instruction.ReadAll(method)) reader.Follow(instruction);
        return reader.found;
    }

    private static bool IsCode(Type? type) =>
        type is not null && (type == typeof(Opcode) || type == typeof(CloseCode)
            || (type.IsByRef && IsCode(type.GetElementType()))
            || (Nullable.GetUnderlyingType(type) is Type of && IsCode(of)));

    private static bool IsNamedAsCode(string parameter) =>
        parameter.EndsWith("opcode", StringComparison.OrdinalIgnoreCase) || parameter.EndsWith("code", StringComparison.OrdinalIgnoreCase);

    private void Follow(Instruction at)
    {
        if (stackAt.TryGetValue(at.Offset, out List<bool>? joined)) stack = [.. joined];
        if (at.Code.FlowControl == FlowControl.Call) Call(at, (MethodBase)at.Member!);
        else if (at.Code == OpCodes.Ret) Store(method is MethodInfo { ReturnType: Type type } && type != typeof(void) ? type : null);
        else if (at.Code.Name!.StartsWith("ldarg", StringComparison.Ordinal)) stack.Add(IsCode(Argument(at)));
        else if (at.Code.Name.StartsWith("ldloc", StringComparison.Ordinal)) stack.Add(IsCode(Local(at)));
        else if (at.Code.Name.StartsWith("stloc", StringComparison.Ordinal)) Store(Local(at));
        else if (at.Code.Name.StartsWith("starg", StringComparison.Ordinal)) Store(Argument(at));
        else if (at.Member is FieldInfo field) Field(at.Code, field.FieldType);
        else if (at.Code == OpCodes.Dup) stack.Add(stack[^1]);
        else if (at.Code.Name.StartsWith("conv", StringComparison.Ordinal)) stack.Add(Pop());
        else Step(at);
        if (at.Code.OperandType is OperandType.InlineBrTarget or OperandType.ShortInlineBrTarget) stackAt.TryAdd((int)at.Number, [.. stack]);
        if (at.EndsBlock) stack = [];
    }

    /// <summary>Any other instruction: what it takes it reads, but for the discarding of a value.</summary>
    private void Step(Instruction at)
    {
        int taken = Count(at.Code.StackBehaviourPop);
        for (int i = 0; i < taken; i++)
        {
            if (Pop() && at.Code != OpCodes.Pop) Tell($"{at.Code} reads a code");
        }

        for (int i = Count(at.Code.StackBehaviourPush); i > 0; i--) stack.Add(false);
    }

    private void Call(Instruction at, MethodBase called)
    {
        ParameterInfo[] parameters = called.GetParameters();
        bool isLibrary = called.DeclaringType?.Assembly == typeof(CloseCode).Assembly || called.DeclaringType?.Assembly == method.DeclaringType!.Assembly;
        for (int i = parameters.Length - 1; i >= 0; i--)
        {
            bool isCode = Pop();
            Type type = parameters[i].ParameterType;
            if (IsCode(type) && !isCode && !parameters[i].IsOut) Tell($"chooses {parameters[i].Name} of {called.DeclaringType?.Name}.{called.Name}");
            if (isCode && isLibrary && !IsCode(type)) Tell($"passes a code to {called.DeclaringType?.Name}.{called.Name} as {type.Name}");
            if (isCode && called.Name is "Equals" or "CompareTo" or "HasFlag" or "op_Equality") Tell($"compares with {called.Name}");
        }

        bool isOnCode = !called.IsStatic && at.Code != OpCodes.Newobj && Pop();
        if (isOnCode && called.Name is "Equals" or "CompareTo" or "HasFlag") Tell($"compares with {called.Name}");
        if (at.Code == OpCodes.Newobj) stack.Add(IsCode(called.DeclaringType));
        else if (called is MethodInfo { ReturnType: Type result } && result != typeof(void)) stack.Add(IsCode(result));
    }

    private void Field(OpCode code, Type type)
    {
        if (code == OpCodes.Stfld || code == OpCodes.Stsfld) Store(type);
        if (code == OpCodes.Stfld || code == OpCodes.Ldfld || code == OpCodes.Ldflda) Pop();
        if (code != OpCodes.Stfld && code != OpCodes.Stsfld) stack.Add(IsCode(type));
    }

    private void Store(Type? type)
    {
        if (type is null) return;
        bool isCode = Pop();
        if (IsCode(type) && !isCode && Nullable.GetUnderlyingType(type) is null) Tell("keeps or returns a code that it chose");
    }

    private Type? Argument(Instruction at)
    {
        int index = at.Code.OperandType == OperandType.InlineNone ? at.Code.Name![^1] - '0' : (int)at.Number;
        if (!method.IsStatic && index-- == 0) return method.DeclaringType;
        return method.GetParameters()[index].ParameterType;
    }

    private Type Local(Instruction at)
    {
        int index = at.Code.OperandType == OperandType.InlineNone ? at.Code.Name![^1] - '0' : (int)at.Number;
        return method.GetMethodBody()!.LocalVariables[index].LocalType;
    }

    private bool Pop()
    {
        if (stack.Count == 0) return false;     // an exception that a handler begins with
        bool top = stack[^1];
        stack.RemoveAt(stack.Count - 1);
        return top;
    }

    private void Tell(string what) => found.Add($"{method.DeclaringType?.FullName}.{method.Name}: {what}");

    private static int Count(StackBehaviour behaviour) => behaviour switch
    {
        StackBehaviour.Pop0 or StackBehaviour.Push0 or StackBehaviour.Varpop or StackBehaviour.Varpush => 0,
        StackBehaviour.Pop1_pop1 or StackBehaviour.Popi_pop1 or StackBehaviour.Popi_popi or StackBehaviour.Popi_popi8 or StackBehaviour.Popi_popr4
            or StackBehaviour.Popi_popr8 or StackBehaviour.Popref_pop1 or StackBehaviour.Popref_popi or StackBehaviour.Push1_push1 => 2,
        StackBehaviour.Popi_popi_popi or StackBehaviour.Popref_popi_popi or StackBehaviour.Popref_popi_popi8 or StackBehaviour.Popref_popi_popr4
            or StackBehaviour.Popref_popi_popr8 or StackBehaviour.Popref_popi_popref or StackBehaviour.Popref_popi_pop1 => 3,
        _ => 1,
    };
}
