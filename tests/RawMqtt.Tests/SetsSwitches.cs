// SPDX-License-Identifier: MIT

namespace RawMqtt.Tests;

/// <summary>Tests that set a switch of the whole process run when no other test does.</summary>
[CollectionDefinition(nameof(SetsSwitches), DisableParallelization = true)]
public sealed class SetsSwitches;
