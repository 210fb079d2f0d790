// SPDX-License-Identifier: MIT

using System.Reflection;
using System.Text.RegularExpressions;

namespace RawMqtt.Tests.Compiled;

/// <summary>A member as its source declares it: lambdas, local functions and state machines belong to their method, accessors to their
/// property, constructors to their type.</summary>
/// <param name="Type">The type that declares it.</param>
/// <param name="Name">Its name; null for the type itself.</param>
public sealed record SourceMember(Type Type, string? Name)
{
    private static readonly Regex NameInBrackets = new("^<+([^<>]+)>");
    private static readonly Regex Accessor = new("^(get|set|add|remove)_");

    public bool Exists =>
        Name is null || Type.GetMember(Name, Library.Declared).Length > 0 || Type.GetMethods(Library.Declared).Any(method => Of(method).Name == Name);

    public static SourceMember Of(MemberInfo compiled)
    {
        string name = compiled.Name;
        Type type = compiled as Type ?? compiled.DeclaringType!;
        if (compiled is Type) name = "";
        while (type.Name.StartsWith('<') && type.DeclaringType is not null)
        {
            if (NameInBrackets.Match(type.Name) is { Success: true } generated) name = generated.Groups[1].Value;
            type = type.DeclaringType;
        }

        if (NameInBrackets.Match(name) is { Success: true } match) name = match.Groups[1].Value;
        if (name is "" or ".ctor" or ".cctor") return new SourceMember(type, null);
        return new SourceMember(type, Accessor.Replace(name[(name.LastIndexOf('.') + 1)..], ""));
    }

    public override string ToString() => Name is null ? Plain(Type.Name) : $"{Plain(Type.Name)}.{Name}";

    private static string Plain(string typeName) => typeName.Split('`')[0];
}
