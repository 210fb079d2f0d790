// SPDX-License-Identifier: MIT

namespace RawMqtt.Cli.Bench;

/// <summary>A process of a run ended before its time.</summary>
/// <param name="exitCode">The process's exit code.</param>
/// <param name="said">What it wrote on its error output.</param>
internal sealed class WorkerFailedException(int exitCode, string said) : Exception(said)
{
    public int ExitCode => exitCode;
}
