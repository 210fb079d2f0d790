// SPDX-License-Identifier: MIT

namespace RawMqtt.Dialling;

/// <summary>A fact of a diagnosis. A class, because lists of tuples pull the runtime's type loader into a native program.</summary>
internal sealed class Fact(string name, string value)
{
    public string Name => name;

    public string Value => value;

    public static implicit operator Fact((string Name, string Value) fact) => new(fact.Name, fact.Value);
}
