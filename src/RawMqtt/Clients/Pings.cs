// SPDX-License-Identifier: MIT

namespace RawMqtt.Clients;

/// <summary>Who awaits a PINGRESP. Guarded by the client's gate.</summary>
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

    /// <summary>PINGRESPs carry no number: each answers the oldest PINGREQ that waits.</summary>
    public void Answered(TimeSpan now)
    {
        if (waiting.TryDequeue(out (TimeSpan SentAt, TaskCompletionSource<TimeSpan> Answer) ping)) ping.Answer.TrySetResult(now - ping.SentAt);
    }

    public void FailAll(MqttException reason)
    {
        while (waiting.TryDequeue(out (TimeSpan SentAt, TaskCompletionSource<TimeSpan> Answer) ping)) ping.Answer.TrySetException(reason.Copy());
    }
}
