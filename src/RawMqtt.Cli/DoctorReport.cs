// SPDX-License-Identifier: MIT

using System.Diagnostics;

namespace RawMqtt.Cli;

/// <summary>The steps of the doctor as they are made, and the exit code: that of the first step that found a fault.</summary>
internal sealed class DoctorReport(Action<DoctorStep> write)
{
    /// <summary>Gets the exit code of the first step that found a fault; 0 if none did.</summary>
    public int ExitCode { get; private set; }

    /// <summary>Gets the addresses of this port that would work, by what it speaks.</summary>
    public List<string> Working { get; } = [];

    /// <summary>Adds a step that began at a timestamp and ends now.</summary>
    public void Add(string name, string verdict, long start, int exitCode = Cli.ExitCode.Done) =>
        Add(new DoctorStep(name, verdict, Stopwatch.GetElapsedTime(start), exitCode));

    /// <summary>Adds a conclusion, which takes no time.</summary>
    public void Conclude(string name, string verdict, int exitCode = Cli.ExitCode.Done) => Add(new DoctorStep(name, verdict, TimeSpan.Zero, exitCode));

    /// <summary>Proposes the addresses that would work, if the one that was asked for is not among them.</summary>
    public void Propose(string asked)
    {
        if (Working.Count == 0 || Working.Contains(asked)) return;
        Add(new DoctorStep("try", $"What the port speaks fits {string.Join(" or ", Working)}.", TimeSpan.Zero) { Addresses = Working });
    }

    private void Add(DoctorStep step)
    {
        if (ExitCode == Cli.ExitCode.Done) ExitCode = step.ExitCode;
        write(step);
    }
}
