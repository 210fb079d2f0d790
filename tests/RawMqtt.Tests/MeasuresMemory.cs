// SPDX-License-Identifier: MIT

namespace RawMqtt.Tests;

/// <summary>Tests that look at the memory or the handles of the whole process run when no other test does.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class MeasuresMemory
{
    public const string Name = "measures memory";
}
