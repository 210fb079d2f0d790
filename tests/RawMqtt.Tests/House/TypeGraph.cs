// SPDX-License-Identifier: MIT

using System.Reflection;
using System.Runtime.CompilerServices;
using RawMqtt.Tests.Compiled;

namespace RawMqtt.Tests.House;

/// <summary>Which type of a namespace needs which other, read from compiled code. A nested or generated type counts as the type around it.</summary>
/// <remarks>
/// A type needs what its fields, parameters, locals and bases are and what its methods name.
/// An interface of the assembly with one implementer needs that implementer.
/// A type that is given a delegate needs the type whose method the delegate runs.
/// </remarks>
public sealed class TypeGraph
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private readonly Dictionary<Type, SortedDictionary<string, Type>> needs = [];
    private readonly HashSet<Type> types;

    public TypeGraph(IEnumerable<Type> all)
    {
        Type[] compiled = all.ToArray();
        types = compiled.Select(Outermost).Where(type => !type.Name.StartsWith('<')).ToHashSet();
        foreach (Type type in compiled) ReadType(type);
        foreach (Type contract in types.Where(type => type.IsInterface))
        {
            Type[] implementers = compiled.Where(type => !type.IsInterface && contract.IsAssignableFrom(type)).ToArray();
            if (implementers.Length == 1) Add(contract, implementers[0]);
        }
    }

    /// <summary>Returns each set of two or more types of one namespace that all need each other, directly or through others of the set.</summary>
    public IReadOnlyList<IReadOnlyList<Type>> Circles()
    {
        Dictionary<Type, HashSet<Type>> reached = types.ToDictionary(type => type, ReachedFrom);
        var circles = new List<IReadOnlyList<Type>>();
        var placed = new HashSet<Type>();
        foreach (Type type in types.OrderBy(type => type.FullName, StringComparer.Ordinal).Where(type => reached[type].Contains(type)))
        {
            if (placed.Contains(type)) continue;
            Type[] circle = reached[type].Where(other => reached[other].Contains(type)).OrderBy(other => other.Name, StringComparer.Ordinal).ToArray();
            placed.UnionWith(circle);
            if (circle.Length > 1) circles.Add(circle);
        }

        return circles;
    }

    /// <summary>Returns what a type needs directly in its own namespace.</summary>
    public IEnumerable<Type> NeededBy(Type type) => needs.TryGetValue(type, out SortedDictionary<string, Type>? found) ? found.Values : [];

    private HashSet<Type> ReachedFrom(Type start)
    {
        var reached = new HashSet<Type>();
        var pending = new Stack<Type>([start]);
        while (pending.TryPop(out Type? next))
        {
            foreach (Type needed in NeededBy(next).Where(reached.Add)) pending.Push(needed);
        }

        return reached;
    }

    private void ReadType(Type type)
    {
        Add(type, type.BaseType);
        foreach (Type contract in type.GetInterfaces()) Add(type, contract);
        foreach (FieldInfo field in type.GetFields(Declared)) Add(type, field.FieldType);
        foreach (MethodBase method in type.GetMethods(Declared).Concat<MethodBase>(type.GetConstructors(Declared)))
        {
            if (!IsGenerated(method)) ReadMethod(type, method);
        }
    }

    /// <summary>What the compiler adds to a record names its own type alone; the body of a lambda is generated too, and counts.</summary>
    private static bool IsGenerated(MethodBase method) => method.IsDefined(typeof(CompilerGeneratedAttribute)) && method.Name is "PrintMembers" or "<Clone>$";

    private void ReadMethod(Type type, MethodBase method)
    {
        foreach (ParameterInfo parameter in method.GetParameters()) Add(type, parameter.ParameterType);
        if (method is MethodInfo { ReturnType: Type returned }) Add(type, returned);
        if (method.GetMethodBody() is not MethodBody body) return;

        foreach (LocalVariableInfo local in body.LocalVariables) Add(type, local.LocalType);
        var run = new List<(Type Delegate, Type Owner)>(); // delegates that this method made and has not given away yet
        MemberInfo? function = null;
        foreach (Instruction instruction in Instruction.ReadAll(method))
        {
            AddMember(type, instruction.Member);
            if (instruction.Code.Name is "ldftn" or "ldvirtftn") function = instruction.Member;
            else if (function is not null && instruction.Code.Name == "newobj")
            {
                run.Add((instruction.Member!.DeclaringType!, function.DeclaringType!));
                function = null;
            }
            else if (instruction.Member is MethodBase called) GiveAway(called, run);
        }
    }

    /// <summary>A call that takes a delegate of this type takes the delegates made before it: its type runs their owners' methods.</summary>
    private void GiveAway(MethodBase called, List<(Type Delegate, Type Owner)> run)
    {
        Type[] taken = called.GetParameters().Select(parameter => parameter.ParameterType).ToArray();
        foreach ((Type _, Type owner) in run.Where(made => taken.Contains(made.Delegate))) Add(called.DeclaringType!, owner);
        run.RemoveAll(made => taken.Contains(made.Delegate));
    }

    private void AddMember(Type type, MemberInfo? member)
    {
        Add(type, member as Type ?? member?.DeclaringType);
        if (member is not MethodBase called) return;
        foreach (Type argument in called.IsGenericMethod ? called.GetGenericArguments() : []) Add(type, argument);
        if (called is MethodInfo { ReturnType: Type returned }) Add(type, returned);
    }

    private void Add(Type from, Type? to)
    {
        while (to is { HasElementType: true }) to = to.GetElementType();
        if (to is null || to.IsGenericParameter) return;
        if (to.IsGenericType)
        {
            foreach (Type argument in to.GetGenericArguments()) Add(from, argument);
        }

        (Type source, Type target) = (Outermost(from), Outermost(to));
        if (source == target || source.Namespace != target.Namespace || !types.Contains(source) || !types.Contains(target)) return;
        if (!needs.TryGetValue(source, out SortedDictionary<string, Type>? found)) needs[source] = found = new(StringComparer.Ordinal);
        found[target.FullName!] = target;
    }

    private static Type Outermost(Type type)
    {
        while (type.DeclaringType is Type around) type = around;
        return type.IsGenericType ? type.GetGenericTypeDefinition() : type;
    }
}
