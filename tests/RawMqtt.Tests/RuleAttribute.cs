// SPDX-License-Identifier: MIT

namespace RawMqtt.Tests;

/// <summary>Names the rules of the specifications that a test proves; <c>spec-notes</c> is generated from it.</summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class, AllowMultiple = true)]
public sealed class RuleAttribute(params string[] ids) : Attribute
{
    public IReadOnlyList<string> Ids { get; } = ids;
}
