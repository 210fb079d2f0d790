// SPDX-License-Identifier: MIT

namespace RawMqtt.Clients;

/// <summary>The callers that await a PINGRESP. Guarded by the gate.</summary>
internal sealed class Pings
{
    private readonly Queue<Ping> waiting = new();

    public int Count => waiting.Count;

    public Task<TimeSpan> Add(TimeSpan now)
    {
        var ping = new Ping(now);
        waiting.Enqueue(ping);
        return ping.Answer.Task;
    }

    /// <summary>Completes the oldest PINGREQ that waits: a PINGRESP carries no number.</summary>
    public void Complete(TimeSpan now)
    {
        if (waiting.TryDequeue(out Ping? ping)) ping.Answer.TrySetResult(now - ping.SentAt);
    }

    public void FailAll(MqttException reason)
    {
        while (waiting.TryDequeue(out Ping? ping)) ping.Answer.TrySetException(reason.Copy());
    }

    private sealed class Ping(TimeSpan sentAt)
    {
        public TimeSpan SentAt => sentAt;

        public TaskCompletionSource<TimeSpan> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
