// SPDX-License-Identifier: MIT

namespace RawMqtt.Cli;

/// <summary>A step of <c>rawmqtt doctor</c>: what was tried, how long it took, and the verdict.</summary>
/// <param name="Name">One word, such as tcp.</param>
/// <param name="Verdict">A sentence; texts of the server in it are not escaped yet.</param>
/// <param name="Time">The time that the step took.</param>
/// <param name="ExitCode">0 if the step found no fault.</param>
internal sealed record DoctorStep(string Name, string Verdict, TimeSpan Time, int ExitCode = Cli.ExitCode.Done)
{
    /// <summary>Gets the addresses that would work, if the step proposes some.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];
}
