// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text;

namespace RawMqtt.Tests.House;

/// <summary>Writes the public surface of an assembly down, one line a type or member, in a fixed order.</summary>
internal static class PublicApi
{
    private const BindingFlags Own = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(bool)] = "bool",
        [typeof(byte)] = "byte",
        [typeof(ushort)] = "ushort",
        [typeof(int)] = "int",
        [typeof(uint)] = "uint",
        [typeof(long)] = "long",
        [typeof(ulong)] = "ulong",
        [typeof(double)] = "double",
        [typeof(char)] = "char",
        [typeof(string)] = "string",
        [typeof(object)] = "object",
    };

    public static string Describe(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (Type type in assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            text.Append(Head(type)).Append('\n');
            foreach (string member in MembersOf(type)) text.Append("  ").Append(member).Append('\n');
        }

        return text.ToString();
    }

    private static string Head(Type type)
    {
        string kind = type switch
        {
            { IsEnum: true } => $"enum ({NameOf(Enum.GetUnderlyingType(type))})",
            { IsInterface: true } => "interface",
            { IsValueType: true } => $"{(type.IsDefined(typeof(IsReadOnlyAttribute)) ? "readonly " : "")}{(type.IsByRefLike ? "ref " : "")}struct",
            _ when typeof(Delegate).IsAssignableFrom(type) => "delegate",
            { IsAbstract: true, IsSealed: true } => "static class",
            _ => $"{(type.IsSealed ? "sealed " : "")}{(type.IsAbstract ? "abstract " : "")}class",
        };
        IEnumerable<string> bases = (type.IsClass && type.BaseType is { } parent && parent != typeof(object)
            && parent != typeof(MulticastDelegate) ? [NameOf(parent)] : Array.Empty<string>())
            .Concat(type.IsEnum || type.BaseType == typeof(MulticastDelegate) ? [] : type.GetInterfaces().Select(NameOf).Order(StringComparer.Ordinal));
        string suffix = string.Join(", ", bases);
        return $"{kind} {type.Namespace}.{NameOf(type)}{(suffix.Length == 0 ? "" : $" : {suffix}")}";
    }

    private static IEnumerable<string> MembersOf(Type type)
    {
        if (type.IsEnum) return Enum.GetNames(type).Select(name => $"{name} = {Convert.ToInt64(Enum.Parse(type, name), CultureInfo.InvariantCulture)}");
        if (type.BaseType == typeof(MulticastDelegate)) return [Signature(type.GetMethod("Invoke")!)];

        return type.GetFields(Own).Where(field => !field.IsSpecialName)
            .Select(field => $"{(field.IsLiteral ? "const " : field.IsStatic ? "static readonly " : "")}{NameOf(field.FieldType)} {field.Name}")
            .Concat(type.GetConstructors(Own).Select(constructor => $"new({Parameters(constructor)})"))
            .Concat(type.GetProperties(Own).Select(Property))
            .Concat(type.GetEvents(Own).Select(e => $"event {NameOf(e.EventHandlerType!)} {e.Name}"))
            .Concat(type.GetMethods(Own).Where(method => !method.IsSpecialName && !IsGenerated(method)).Select(Signature))
            .Order(StringComparer.Ordinal);
    }

    /// <summary>What the compiler adds to records says nothing.</summary>
    private static bool IsGenerated(MethodInfo method) =>
        method.IsDefined(typeof(CompilerGeneratedAttribute)) || method.Name is "<Clone>$" or "Equals" or "GetHashCode" or "ToString" or "Deconstruct";

    private static string Property(PropertyInfo property)
    {
        MethodInfo accessor = property.GetMethod ?? property.SetMethod!;
        string set = property.SetMethod is not { IsPublic: true } setter ? ""
            : setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? " init;" : " set;";
        string required = property.IsDefined(typeof(RequiredMemberAttribute)) ? "required " : "";
        string name = property.GetIndexParameters().Length > 0
            ? $"this[{string.Join(", ", property.GetIndexParameters().Select(p => NameOf(p.ParameterType)))}]" : property.Name;
        return $"{(accessor.IsStatic ? "static " : "")}{required}{NameOf(property.PropertyType)}{(IsNullable(property) ? "?" : "")} {name} {{ "
            + $"{(property.GetMethod is { IsPublic: true } ? "get;" : "")}{set} }}";
    }

    private static bool IsNullable(PropertyInfo property) =>
        !property.PropertyType.IsValueType && !property.PropertyType.IsByRef
            && new NullabilityInfoContext().Create(property).ReadState == NullabilityState.Nullable;

    private static string Signature(MethodInfo method)
    {
        string generic = method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(NameOf))}>" : "";
        return $"{(method.IsStatic ? "static " : "")}{NameOf(method.ReturnType)} {method.Name}{generic}({Parameters(method)})";
    }

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter =>
        $"{(parameter.IsOut ? "out " : parameter.IsIn ? "in " : parameter.ParameterType.IsByRef ? "ref " : "")}{NameOf(parameter.ParameterType)} "
        + $"{parameter.Name}{Default(parameter)}"));

    private static string Default(ParameterInfo parameter) => !parameter.HasDefaultValue ? "" : parameter.DefaultValue switch
    {
        null => " = default",
        string text => $" = \"{text}\"",
        bool flag => flag ? " = true" : " = false",
        object value => $" = {Convert.ToString(value, CultureInfo.InvariantCulture)}",
    };

    private static string NameOf(Type type)
    {
        if (type.IsByRef) return NameOf(type.GetElementType()!);
        if (type.IsArray) return $"{NameOf(type.GetElementType()!)}[]";
        if (Nullable.GetUnderlyingType(type) is { } underlying) return $"{NameOf(underlying)}?";
        if (Keywords.TryGetValue(type, out string? keyword)) return keyword;
        string name = type.IsNested && !type.IsGenericParameter ? $"{NameOf(type.DeclaringType!)}.{type.Name}" : type.Name;
        int tick = name.IndexOf('`', StringComparison.Ordinal);
        return tick < 0 ? name : $"{name[..tick]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>";
    }
}
