// SPDX-License-Identifier: MIT

using Xunit.v3;

namespace RawMqtt.Tests;

/// <summary>Names the rules of the specifications that a test proves; <c>spec-notes</c> is generated from it.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class, AllowMultiple = true)]
public sealed class RuleAttribute(params string[] ids) : Attribute, ITraitAttribute
{
    public IReadOnlyList<string> Ids { get; } = ids;

    /// <summary>The rules stand in the files of results too, where tests/evidence.sh reads them.</summary>
    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [.. Ids.Select(id => new KeyValuePair<string, string>("Rule", id))];
}
