// SPDX-License-Identifier: MIT

namespace RawMqtt.Tests;

/// <summary>Tests that run other programs for seconds on end: they run when the others are done, which would wait for their processors.</summary>
[CollectionDefinition(nameof(RunsProcesses), DisableParallelization = true)]
public sealed class RunsProcesses;
