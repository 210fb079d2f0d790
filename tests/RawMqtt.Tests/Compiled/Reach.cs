// SPDX-License-Identifier: MIT

using System.Reflection;

namespace RawMqtt.Tests.Compiled;

/// <summary>What a program can reach from the public surface of the library: by calls, and by references to fields and types.</summary>
/// <remarks>
/// The overrides and interface methods of a type count as soon as the type is constructed. Constants leave no trace in compiled code: they
/// count with their type.
/// </remarks>
public sealed class Reach
{
    private readonly HashSet<MemberInfo> reached = [];
    private readonly HashSet<SourceMember> members = [];
    private readonly Queue<MemberInfo> pending = new();

    /// <param name="without">A method that the program does not call; null for none.</param>
    public Reach(MethodBase? without = null)
    {
        if (without is not null) reached.Add(DefinitionOf(without));
        foreach (Type type in Library.Assembly.GetExportedTypes())
        {
            Add(type);
            foreach (FieldInfo field in type.GetFields(Library.Declared).Where(field => field.IsPublic || field.IsFamily)) Add(field);
            foreach (MethodBase method in Library.MethodsOf(type).Where(method => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly)) Add(method);
        }

        while (pending.TryDequeue(out MemberInfo? next)) Follow(next);
    }

    public bool Contains(SourceMember member) => members.Contains(member) ||
        member.Name is not null && reached.Contains(member.Type) && member.Type.GetField(member.Name, Library.Declared) is { IsLiteral: true };

    /// <summary>Whether the program may make an object of this type.</summary>
    public bool Constructs(Type type) => type.GetConstructors(Library.Declared).Any(constructor => !constructor.IsStatic && reached.Contains(constructor));

    private void Add(MemberInfo? member)
    {
        while (member is Type { HasElementType: true } array) member = array.GetElementType();
        if (member is Type { IsGenericParameter: true }) return;
        foreach (Type argument in ArgumentsOf(member)) Add(argument);
        if (member?.Module != Library.Assembly.ManifestModule) return;

        MemberInfo definition = DefinitionOf(member);
        if (!reached.Add(definition)) return;
        members.Add(SourceMember.Of(definition));
        pending.Enqueue(definition);
    }

    private static Type[] ArgumentsOf(MemberInfo? member) => member switch
    {
        Type { IsGenericType: true } type => type.GetGenericArguments(),
        MethodBase { IsGenericMethod: true } method => method.GetGenericArguments(),
        _ => [],
    };

    private static MemberInfo DefinitionOf(MemberInfo member) => member switch
    {
        Type { IsGenericType: true } type => type.GetGenericTypeDefinition(),
        Type type => type,
        _ => member.Module.ResolveMember(member.MetadataToken)!,
    };

    private void Follow(MemberInfo member)
    {
        if (member.DeclaringType is Type declaring && member is not Type) Add(declaring);
        if (member is Type type) FollowType(type);
        else if (member is FieldInfo field) Add(field.FieldType);
        else FollowMethod((MethodBase)member);
    }

    private void FollowType(Type type)
    {
        Add(type.BaseType);
        Add(type.TypeInitializer);
        foreach (Type implemented in type.GetInterfaces()) Add(implemented);
        if (type.IsValueType || type.IsInterface) Construct(type);
    }

    private void FollowMethod(MethodBase method)
    {
        foreach (ParameterInfo parameter in method.GetParameters()) Add(parameter.ParameterType);
        if (method is MethodInfo { ReturnType: Type returned }) Add(returned);
        foreach (LocalVariableInfo local in method.GetMethodBody()?.LocalVariables ?? []) Add(local.LocalType);
        foreach (Instruction instruction in Instruction.ReadAll(method))
        {
            if (instruction.Member is MemberInfo { DeclaringType: Type declaring } and not Type) Add(declaring);
            Add(instruction.Member);
        }

        if (method is ConstructorInfo { IsStatic: false }) Construct(method.DeclaringType!);
    }

    private void Construct(Type type)
    {
        foreach (MethodInfo method in type.GetMethods(Library.Declared).Where(method => method.IsVirtual)) Add(method);
    }
}
