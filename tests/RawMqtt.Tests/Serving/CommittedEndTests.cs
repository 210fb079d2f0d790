// SPDX-License-Identifier: MIT

using System.Buffers;
using RawMqtt.Brokers;
using RawMqtt.Codec;
using RawMqtt.Serving;
using RawMqtt.Sessions;
using RawMqtt.Sessions.Journal;

namespace RawMqtt.Tests.Serving;

/// <summary>A connection that has ended, and whose end must be committed before it is closed.</summary>
public sealed class CommittedEndTests : IDisposable
{
    private readonly SettableTime time = new();
    private readonly MemoryStream stream = new();
    private readonly LockedCore core;
    private readonly Sweep sweep;
    private readonly JournalledBroker journalled;
    private readonly ServedConnection served;

    public CommittedEndTests()
    {
        var limits = new MqttBrokerLimits();
        core = new LockedCore(new BrokerCore(limits, hashSeed: 1, idSeed: 2), time);
        sweep = new Sweep(core, limits);
        var journal = new BrokerJournal(default, startedAt: 1_000_000);
        journalled = new JournalledBroker(core.Core.Parts, journal, new StoredTotal());
        served = new ServedConnection(socket: null, listener: "") { Stream = stream };
        using CoreUse use = core.Enter();
        use.Core.Parts.Turn.Journal = journal;
        served.Connection = use.Core.Accept(use.Now);
        served.Connection.Carrier = served;
    }

    public void Dispose() => stream.Dispose();

    [Fact]
    public void It_is_not_dropped_before_the_next_process_knows_that_there_is_no_Will()
    {
        Disconnect();
        time.Advance(TimeSpan.FromSeconds(20));
        sweep.Run();
        Assert.True(stream.CanWrite);
        Commit();
        Assert.False(stream.CanWrite);
        Assert.Equal(TimeSpan.FromSeconds(22), served.DropAt);
    }

    [Fact]
    public void It_is_dropped_at_last_while_commits_fail()
    {
        Disconnect();
        time.Advance(TimeSpan.FromSeconds(30));
        sweep.Run();
        Assert.False(stream.CanWrite);
    }

    /// <summary>A client with a Will comes, and sends DISCONNECT.</summary>
    private void Disconnect()
    {
        var packets = new ArrayBufferWriter<byte>();
        packets.Write(new ConnectPacket { ClientId = "c"u8, CleanSession = true, HasWill = true, WillTopic = "w"u8, WillMessage = "x"u8 });
        packets.Write(new DisconnectPacket());
        Assert.Equal(packets.WrittenCount, core.Receive(served, packets.WrittenSpan, out _));
        Assert.Equal(MqttConnectionEnd.Disconnected, served.Connection.End);
    }

    private void Commit()
    {
        var taken = new RecordBuffer();
        using CoreUse use = core.Enter();
        journalled.BeginCommit(taken);
        journalled.EndCommit(taken.Appended, (_, _) => default, use.Now);
    }
}
