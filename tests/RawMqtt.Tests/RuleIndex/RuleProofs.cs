using System.Reflection;
using Xunit.v3;

namespace RawMqtt.Tests.RuleIndex;

/// <summary>Which tests prove which rules: those that carry <see cref="RuleAttribute"/> and run every time.</summary>
public static class RuleProofs
{
    public static ILookup<string, string> FindAll() =>
        FromAttributes()
            .Distinct()
            .OrderBy(proof => proof.Test, StringComparer.Ordinal)
            .ToLookup(proof => proof.Id, proof => proof.Test);

    private static IEnumerable<(string Id, string Test)> FromAttributes() =>
        from type in typeof(RuleProofs).Assembly.GetTypes()
        from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
        where RunsEveryTime(method)
        from rule in method.GetCustomAttributes<RuleAttribute>().Concat(type.GetCustomAttributes<RuleAttribute>())
        from id in rule.Ids
        select (id, $"{type.Name}.{method.Name}");

    /// <summary>A skipped test proves nothing, and one that only runs by name proves nothing day by day.</summary>
    private static bool RunsEveryTime(MethodInfo method) =>
        method.GetCustomAttributes().OfType<IFactAttribute>().Any(fact => fact.Skip is null && !fact.Explicit);
}
