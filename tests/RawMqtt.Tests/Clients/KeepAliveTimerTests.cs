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
        await using var timer = new KeepAliveTimer(gate, session, clock, options);
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
}
