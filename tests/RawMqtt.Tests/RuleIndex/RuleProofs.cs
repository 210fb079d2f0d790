// SPDX-License-Identifier: MIT

using System.Reflection;
using RawMqtt.Tests.Codec.Vectors;
using Xunit.v3;

namespace RawMqtt.Tests.RuleIndex;

/// <summary>Which tests prove which rules: those that carry <see cref="RuleAttribute"/> and run every time, and the rows of <see
/// cref="PacketVectors"/>.</summary>
public static class RuleProofs
{
    /// <summary>The methods that carry a rule, by its number.</summary>
    public static ILookup<string, MethodInfo> Methods { get; } =
        (from type in typeof(RuleProofs).Assembly.GetTypes()
         from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
         where RunsEveryTime(method)
         from rule in method.GetCustomAttributes<RuleAttribute>().Concat(type.GetCustomAttributes<RuleAttribute>())
         from id in rule.Ids.Distinct()
         select (id, method)).Distinct().ToLookup(proof => proof.id, proof => proof.method);

    /// <summary>The names of the packets that prove a rule, by its number.</summary>
    public static ILookup<string, string> Vectors { get; } =
        PacketVectors.All.SelectMany(vector => vector.Proves, (vector, id) => (id, vector.Name)).ToLookup(proof => proof.id, proof => proof.Name);

    public static ILookup<string, string> FindAll() =>
        Methods.SelectMany(methods => methods, (methods, method) => (Id: methods.Key, Test: $"{method.DeclaringType!.Name}.{method.Name}")).Distinct()
            .Concat(FromVectors())
            .OrderBy(proof => proof.Test, StringComparer.Ordinal)
            .ToLookup(proof => proof.Id, proof => proof.Test);

    private static IEnumerable<(string Id, string Test)> FromVectors() =>
        from row in PacketVectors.ByTable
        from id in row.Vector.Proves
        group row by (row.Table, Id: id) into rows
        select (rows.Key.Id, rows.Count() == 1 ? $"{rows.Key.Table}: {rows.Single().Vector.Name}" : $"{rows.Key.Table}: {rows.Count()} packets");

    /// <summary>A skipped test proves nothing, and one that only runs by name proves nothing day by day.</summary>
    private static bool RunsEveryTime(MethodInfo method) =>
        method.GetCustomAttributes().OfType<IFactAttribute>().Any(fact => fact.Skip is null && !fact.Explicit);
}
