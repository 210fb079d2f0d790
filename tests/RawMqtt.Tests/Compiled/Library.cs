// SPDX-License-Identifier: MIT

using System.Reflection;

namespace RawMqtt.Tests.Compiled;

/// <summary>RawMqtt.dll as it was compiled.</summary>
public static class Library
{
    public const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static Assembly Assembly { get; } = typeof(MqttClient).Assembly;

    /// <summary>All methods and constructors that have a body.</summary>
    public static IReadOnlyList<MethodBase> Methods { get; } =
        Assembly.GetTypes().SelectMany(MethodsOf).Where(method => method.GetMethodBody() is not null).ToList();

    public static IEnumerable<MethodBase> MethodsOf(Type type) => type.GetMethods(Declared).Concat<MethodBase>(type.GetConstructors(Declared));

    /// <summary>Whether a field holds a rule that a peer can break, as the lists of violations do.</summary>
    public static bool IsViolation(MemberInfo? member) =>
        member is FieldInfo { IsStatic: true } field && field.FieldType == field.DeclaringType
            && field.FieldType.Name.EndsWith("Violation", StringComparison.Ordinal);

    /// <summary>The rule of a violation, <c>MQTT-3.3.1-4</c>, or a section.</summary>
    public static string RuleOf(FieldInfo violation) => (string)violation.FieldType.GetProperty("Rule")!.GetValue(violation.GetValue(null))!;
}
