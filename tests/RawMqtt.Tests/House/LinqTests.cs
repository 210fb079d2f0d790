// SPDX-License-Identifier: MIT

using System.Reflection;
using RawMqtt.Tests.Compiled;

namespace RawMqtt.Tests.House;

/// <summary>
/// What a client is made of calls no LINQ: one call pulls the type loader of the runtime into a native program, 200 KB of 1.85 MB.
/// </summary>
public class LinqTests
{
    [Fact]
    public void Layers_of_the_client_call_no_linq()
    {
        string[] callers = Library.Methods.Where(method => !IsOfTheBroker(OutermostOf(method)) && CallsLinq(method))
            .Select(method => $"{OutermostOf(method).FullName}: {method.Name}")
            .Distinct()
            .ToArray();

        Assert.True(callers.Length == 0, string.Join("\n", callers));
    }

    [Fact]
    public void Planted_call_is_seen() =>
        Assert.True(CallsLinq(typeof(LinqTests).GetMethod(nameof(Layers_of_the_client_call_no_linq))!));

    private static bool CallsLinq(MethodBase method) =>
        Instruction.ReadAll(method).Any(instruction => instruction.Member?.DeclaringType?.Assembly == typeof(Enumerable).Assembly);

    private static bool IsOfTheBroker(Type type) =>
        type.Namespace is "RawMqtt.Brokers" or "RawMqtt.Serving" || type.Name.StartsWith("MqttBroker", StringComparison.Ordinal);

    private static Type OutermostOf(MethodBase method)
    {
        Type type = method.DeclaringType!;
        while (type.DeclaringType is Type outer) type = outer;
        return type;
    }
}
