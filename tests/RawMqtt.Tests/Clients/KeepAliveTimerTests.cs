// SPDX-License-Identifier: MIT

using RawMqtt.Clients;
using RawMqtt.Codec;
using RawMqtt.Sessions;

namespace RawMqtt.Tests.Clients;

/// <summary>The timer that runs the session's deadlines, on a clock of its own.</summary>
public class KeepAliveTimerTests
{
    [Fact]
    public async Task A_ping_is_timed_though_nothing_was_read_when_its_time_was_up_and_there_is_no_keep_alive()
    {
        var time = new ManualTime();
        var options = new MqttClientOptions
        {
            Address = "mqtt://127.0.0.1",
            KeepAlive = TimeSpan.Zero,
            PingTimeout = TimeSpan.FromSeconds(1),
            TimeProvider = time
        };
        var gate = new ClientGate();
        var clock = new SessionClock(time);
        var session = new ClientSession(20, 1000, TimeSpan.FromSeconds(1));
        var counters = new ClientCounters();
        var ending = new ConnectionEnding(gate.Lock);
        var outgoing = new OutgoingMessages(gate.Lock, session, new ClientStatus(), counters, new QueueLimits(options), ackTimer: null,
            new ReadingPause(), file: null);
        gate.Writer = new ConnectionWriter(gate.Lock, Stream.Null, ending, session, clock, counters, outgoing, file: null, packetTap: null);
        var requests = new SubscriptionRequests(session, ackTimer: null, new ReadingPause(), maxFilters: 8);
        await using var timer = new KeepAliveTimer(gate, session, clock, outgoing, requests, options);
        lock (gate.Lock)
        {
            session.Connect(new ConnectPacket { ClientId = "a"u8, CleanSession = true }, clock.Now, gate.Writer.Output);
            ReadOnlySpan<byte> connAck = [0x20, 2, 0, 0];
            session.TryReceive(ref connAck, clock.Now, gate.Writer.Output, out _);
            session.Ping(gate.Writer.Output);
            session.Leaving(clock.Now, gate.Writer.Output.Length);
            session.Sent(clock.Now);
            session.PauseReading();
        }

        timer.Arm();
        time.Advance(TimeSpan.FromSeconds(8));
        lock (gate.Lock) session.ResumeReading(clock.Now);
        Assert.False(ending.Token.IsCancellationRequested);
        time.Advance(TimeSpan.FromSeconds(8));
        Assert.True(ending.Token.IsCancellationRequested);
    }

    [Fact]
    public async Task What_waits_leaves_when_a_server_that_sends_ignores_the_first_PINGREQ_after_a_break()
    {
        var time = new ManualTime();
        var options = new MqttClientOptions { Address = "mqtt://127.0.0.1", KeepAlive = TimeSpan.Zero, TimeProvider = time };
        var gate = new ClientGate();
        var clock = new SessionClock(time);
        var session = new ClientSession(20, 1000, TimeSpan.FromSeconds(1));
        var counters = new ClientCounters();
        var ending = new ConnectionEnding(gate.Lock);
        var outgoing = new OutgoingMessages(gate.Lock, session, new ClientStatus(), counters, new QueueLimits(options), ackTimer: null,
            new ReadingPause(), file: null);
        gate.Writer = new ConnectionWriter(gate.Lock, Stream.Null, ending, session, clock, counters, outgoing, file: null, packetTap: null);
        var requests = new SubscriptionRequests(session, ackTimer: null, new ReadingPause(), maxFilters: 8);
        await using var timer = new KeepAliveTimer(gate, session, clock, outgoing, requests, options);
        lock (gate.Lock)
        {
            for (int i = 0; i < 2; i++)
            {
                session.Connect(new ConnectPacket { ClientId = "a"u8, CleanSession = true }, clock.Now, gate.Writer.Output);
                ReadOnlySpan<byte> connAck = [0x20, 2, 0, 0];
                session.TryReceive(ref connAck, clock.Now, gate.Writer.Output, out _);
                if (i == 0) session.ConnectionLost(isBroken: true);
            }

            session.Leaving(clock.Now, gate.Writer.Output.Length);
            session.Sent(clock.Now);
            outgoing.Publish("a"u8, "x"u8, QualityOfService.AtLeastOnce, retain: false, gate.Writer.Output);
            requests.Send(new SubscriptionRequest(isUnsubscribe: false, [new MqttTopicFilter("a")]), gate.Writer.Output);
        }

        timer.Arm();
        time.Advance(TimeSpan.FromSeconds(0.5));
        ReadOnlyMemory<byte> message = new byte[] { 0x30, 3, 0, 1, (byte)'b' };
        lock (gate.Lock)
        {
            ReadOnlySpan<byte> bytes = message.Span;
            session.TryReceive(ref bytes, clock.Now, gate.Writer.Output, out _);
            Assert.Equal((1, 1), (outgoing.Queued, requests.Unanswered));
        }

        time.Advance(TimeSpan.FromSeconds(0.5));
        lock (gate.Lock) Assert.Equal((0, 1), (outgoing.Queued, session.InFlight));
        Assert.False(ending.Token.IsCancellationRequested);
    }
}
