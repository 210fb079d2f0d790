// SPDX-License-Identifier: MIT

namespace RawMqtt.Clients;

/// <summary>The callers that await a PINGRESP. Guarded by the gate.</summary>
internal sealed class Pings
{
    private readonly Queue<(TimeSpan SentAt, TaskCompletionSource<TimeSpan> Answer)> waiting = new();

    public int Count => waiting.Count;

    public Task<TimeSpan> Add(TimeSpan now)
    {
        var answer = new TaskCompletionSource<TimeSpan>(TaskCreationOptions.RunContinuationsAsynchronously);
        waiting.Enqueue((now, answer));
        return answer.Task;
    }

    /// <summary>Completes the oldest PINGREQ that waits: a PINGRESP carries no number.</summary>
    public void Complete(TimeSpan now)
    {
        if (waiting.TryDequeue(out (TimeSpan SentAt, TaskCompletionSource<TimeSpan> Answer) ping)) ping.Answer.TrySetResult(now - ping.SentAt);
    }

    public void FailAll(MqttException reason)
    {
        while (waiting.TryDequeue(out (TimeSpan SentAt, TaskCompletionSource<TimeSpan> Answer) ping)) ping.Answer.TrySetException(reason.Copy());
    }
}
