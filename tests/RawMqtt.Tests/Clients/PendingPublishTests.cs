// SPDX-License-Identifier: MIT

using RawMqtt.Clients;
using RawMqtt.Codec;
using RawMqtt.Sessions;

namespace RawMqtt.Tests.Clients;

/// <summary>What callers await is used again for other calls: each is told of its own message alone.</summary>
public class PendingPublishTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    private readonly Lock gate = new();
    private readonly OutgoingBuffer output = new();
    private readonly OutgoingMessages outgoing;

    public PendingPublishTests()
    {
        var session = new ClientSession(20, 1000, TimeSpan.FromSeconds(1));
        outgoing = new OutgoingMessages(gate, session, new ClientStatus(), new ClientCounters(),
            new QueueLimits(new MqttClientOptions { Address = "mqtt://127.0.0.1" }), ackTimer: null, new ReadingPause(), file: null);
        session.Connect(new ConnectPacket { ClientId = "a"u8, CleanSession = true }, TimeSpan.Zero, output);
        ReadOnlySpan<byte> connAck = [0x20, 2, 0, 0];
        session.TryReceive(ref connAck, TimeSpan.Zero, output, out _);
    }

    /// <summary>The caller of the first message has gone, and takes its result in the moment in which the server answers.</summary>
    [Fact]
    public void An_answer_that_comes_while_a_caller_takes_its_result_is_not_told_to_the_next_caller()
    {
        PendingPublish first;
        Thread caller;
        lock (gate)
        {
            first = PublishAndCancel();
            caller = TakeResult(first);
            outgoing.Complete(first.PacketId, output);
        }

        Assert.True(caller.Join(Soon));
        lock (gate)
        {
            PendingPublish second = Publish();
            Assert.Same(first, second);
            Assert.False(second.IsSettled);
            Assert.False(second.Task.IsCompleted);
        }
    }

    [Fact]
    public void Two_threads_that_take_one_result_do_not_give_two_later_callers_one_result()
    {
        Thread[] callers;
        lock (gate)
        {
            PendingPublish first = PublishAndCancel();
            callers = [TakeResult(first), TakeResult(first)];
        }

        Assert.All(callers, caller => Assert.True(caller.Join(Soon)));
        lock (gate) Assert.NotSame(Publish(), Publish());
    }

    private PendingPublish Publish() => outgoing.Publish("a"u8, "1"u8, QualityOfService.AtLeastOnce, retain: false, output);

    private PendingPublish PublishAndCancel()
    {
        PendingPublish pending = Publish();
        outgoing.Cancel(pending, new CancellationToken(canceled: true));
        Assert.True(SpinWait.SpinUntil(() => pending.Task.IsCompleted, Soon));
        return pending;
    }

    /// <summary>Has a thread take the result, which waits for the gate in the midst of it.</summary>
    private static Thread TakeResult(PendingPublish pending)
    {
        ValueTask task = pending.Task;
        var caller = new Thread(() => Assert.Throws<OperationCanceledException>(() => task.GetAwaiter().GetResult()));
        caller.Start();
        Assert.True(SpinWait.SpinUntil(() => (caller.ThreadState & ThreadState.WaitSleepJoin) != 0, Soon));
        return caller;
    }
}
