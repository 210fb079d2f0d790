// SPDX-License-Identifier: MIT

using RawMqtt.Clients;
using RawMqtt.Codec;
using RawMqtt.Sessions;

namespace RawMqtt.Tests.Clients;

public class PendingPublishTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    /// <summary>The caller of the first message has gone, and takes its result in the moment in which the server answers.</summary>
    [Fact]
    public void An_answer_that_comes_while_a_caller_takes_its_result_is_not_told_to_the_next_caller()
    {
        var options = new MqttClientOptions { Address = "mqtt://127.0.0.1" };
        var gate = new Lock();
        var session = new ClientSession(20, 1000, TimeSpan.FromSeconds(1));
        var outgoing = new OutgoingMessages(gate, session, new ClientStatus(), new ClientCounters(), new QueueLimits(options), ackTimer: null,
            new ReadingPause(), file: null);
        var output = new OutgoingBuffer();
        var caller = new Thread(TakeResult);
        PendingPublish first;
        lock (gate)
        {
            session.Connect(new ConnectPacket { ClientId = "a"u8, CleanSession = true }, TimeSpan.Zero, output);
            ReadOnlySpan<byte> connAck = [0x20, 2, 0, 0];
            session.TryReceive(ref connAck, TimeSpan.Zero, output, out _);
            first = outgoing.Publish("a"u8, "1"u8, QualityOfService.AtLeastOnce, retain: false, output);
            outgoing.Cancel(first, new CancellationToken(canceled: true));
            Assert.True(SpinWait.SpinUntil(() => first.Task.IsCompleted, Soon));
            caller.Start(first);
            Assert.True(SpinWait.SpinUntil(() => (caller.ThreadState & ThreadState.WaitSleepJoin) != 0, Soon)); // for the gate
            outgoing.Complete(first.PacketId, output);
        }

        Assert.True(caller.Join(Soon));
        lock (gate)
        {
            PendingPublish second = outgoing.Publish("a"u8, "2"u8, QualityOfService.AtLeastOnce, retain: false, output);
            Assert.Same(first, second);
            Assert.False(second.IsSettled);
            Assert.False(second.Task.IsCompleted);
        }
    }

    private static void TakeResult(object? pending) =>
        Assert.Throws<OperationCanceledException>(() => ((PendingPublish)pending!).Task.GetAwaiter().GetResult());
}
