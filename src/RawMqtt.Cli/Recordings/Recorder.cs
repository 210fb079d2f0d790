// SPDX-License-Identifier: MIT

using System.Diagnostics;

namespace RawMqtt.Cli.Recordings;

/// <summary>Writes messages as they arrive. While the output is slow, the client reads no more from the network.</summary>
internal sealed class Recorder(BatchedOutput output, int? most)
{
    private readonly TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long start;

    /// <summary>Gets whether messages that the broker had kept are left out.</summary>
    public bool SkipsRetained { get; init; }

    /// <summary>Gets whether control characters are escaped, as on a terminal.</summary>
    public bool EscapesControls { get; init; }

    public int Count { get; private set; }

    /// <summary>Gets a task that completes with the last message wanted.</summary>
    public Task Done => done.Task;

    /// <summary>Sets the time that the times of messages count from.</summary>
    public void Begin(long timestamp) => start = timestamp;

    public void Take(in MqttMessageView message)
    {
        if (Count == most || (SkipsRetained && message.Retain)) return;
        byte[] line = RecordedMessage.Of(message, Stopwatch.GetElapsedTime(start)).ToLine();
        output.Add(EscapesControls ? TerminalText.EscapeJson(line) : line);
        Count++;
        if (Count == most) done.TrySetResult();
    }
}
