// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Codec;
using RawMqtt.Sessions;
using RawMqtt.Sessions.Journal;
using RawMqtt.Tests.Sessions.Journal;

namespace RawMqtt.Tests.Sessions;

/// <summary>A session that is read back from its journal goes on as the one that wrote it would have.</summary>
public class SavedSessionTests
{
    [Fact]
    [Rule("MQTT-3.1.2-4", "MQTT-4.1.0-1", "MQTT-4.4.0-1")]
    public void Next_process_sends_what_this_one_would_have_sent_again()
    {
        for (int seed = 1; seed <= 300; seed++)
        {
            var journal = new SessionJournal(0);
            var first = new ClientSession(20, 1 << 20, TimeSpan.FromSeconds(10), journal);
            Live(first, new Random(seed), steps: seed % 60);
            first.ConnectionLost();

            var second = new ClientSession(20, 1 << 20, TimeSpan.FromSeconds(10));
            second.Restore(SavedSession.Read(SealedFile.Of(journal.Output)));

            Assert.Equal((seed, Reconnected(first)), (seed, Reconnected(second)));
            Assert.Equal(first.InFlight, second.InFlight);
        }
    }

    [Fact]
    public void Rewritten_it_is_the_same_and_short()
    {
        for (int seed = 1; seed <= 100; seed++)
        {
            byte[] records = JournalOf(seed, steps: 200);
            byte[] rewritten = Rewritten(records);

            Assert.True(rewritten.Length <= records.Length + 50, $"seed {seed}: {rewritten.Length} bytes out of {records.Length}");
            Assert.Equal(rewritten, Rewritten(rewritten));
            Assert.Equal(Restored(records), Restored(rewritten));
        }
    }

    [Fact]
    public void Cut_anywhere_it_is_what_stands_before_the_cut()
    {
        byte[] records = JournalOf(seed: 5, steps: 40);
        int whole = 0;
        for (int length = 0; length <= records.Length; length++)
        {
            var saved = SavedSession.Read(records.AsSpan(0, length));
            Assert.InRange(saved.Length, whole, length);
            Assert.Equal(Rewritten(records[..saved.Length]), Rewritten(records[..length]));
            whole = saved.Length;
        }

        Assert.Equal(records.Length, whole);
    }

    [Fact]
    public void A_damaged_record_is_not_believed_and_those_behind_it_are()
    {
        byte[] records = JournalOf(seed: 9, steps: 30);
        int end;
        for (int at = SegmentHeader.Length; at < records.Length; at = end)
        {
            end = at + Sealing.LengthOf(records.AsSpan(at));
            var without = SavedSession.Read([.. records[..at], .. records[end..]]);
            for (int i = at; i < end; i++)
            {
                byte[] damaged = [.. records];
                damaged[i] ^= 0x10;
                var saved = SavedSession.Read(damaged);
                Assert.Equal(without.Unbelieved + end - at, saved.Unbelieved);
                Assert.Equal(without.Sent.Select(one => one.Key), saved.Sent.Select(one => one.Key));
                Assert.Equal(without.Queued.Select(one => one.Number), saved.Queued.Select(one => one.Number));
            }
        }
    }

    [Fact]
    public void A_payload_that_looks_like_a_record_is_not_taken_for_one()
    {
        var inner = new SessionJournal(0);
        inner.Queued("forged"u8, "x"u8, QualityOfService.AtLeastOnce, retain: false);
        Sealing.Seal(inner.Output.Records, new SegmentKey(new byte[SegmentKey.Length]), 2); // the key of the file is not known
        var journal = new SessionJournal(0);
        journal.Queued("a"u8, inner.Output.Records, QualityOfService.AtLeastOnce, retain: false);
        int end = journal.Output.Length;
        journal.Queued("b"u8, "y"u8, QualityOfService.AtLeastOnce, retain: false);
        for (int i = 0; i < end; i++)
        {
            byte[] damaged = SealedFile.Of(journal.Output);
            damaged[SegmentHeader.Length + i] ^= 0x40;
            Assert.Equal(["b"], SavedSession.Read(damaged).Queued.Select(message => Encoding.UTF8.GetString(message.Topic)));
        }
    }

    [Theory]
    [InlineData(new byte[] { 1, 0, 0, 0 })]
    [InlineData(new byte[] { 0, 0, 0, 0, 0, 0, 0, 0 })]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 1 })]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0x7F, 0, 0, 0, 0, 1 })]
    public void Other_bytes_are_no_session(byte[] bytes)
    {
        var saved = SavedSession.Read(bytes);
        Assert.Equal(0, saved.Length);
        Assert.Null(saved.Owner);
    }

    [Fact]
    public void Records_that_contradict_each_other_are_not_believed()
    {
        var journal = new SessionJournal(0);
        journal.Note(JournalRecord.Received, 7);
        int believed = journal.Output.Length;
        journal.Sent(99, 1); // a message that was never noted
        var saved = SavedSession.Read(SealedFile.Of(journal.Output));
        Assert.Equal(journal.Output.Length - believed, saved.Unbelieved);
        Assert.Equal((SegmentHeader.Length + believed, 0), (saved.FirstUnbelieved, saved.Gaps));
        Assert.Empty(saved.Sent);
    }

    [Fact]
    public void Messages_that_wait_keep_their_order_and_a_dropped_one_is_gone()
    {
        var journal = new SessionJournal(5);
        var session = new ClientSession(20, 1 << 20, TimeSpan.FromSeconds(10), journal);
        session.Keep("a"u8, "1"u8, QualityOfService.AtLeastOnce, retain: false);
        ApplicationMessage second = session.Keep("b"u8, "2"u8, QualityOfService.ExactlyOnce, retain: false);
        session.Keep("c"u8, "3"u8, QualityOfService.ExactlyOnce, retain: true);
        session.Keep("d"u8, "4"u8, QualityOfService.AtMostOnce, retain: true);
        session.Drop(second);

        var saved = SavedSession.Read(SealedFile.Of(journal.Output));
        List<RestoredMessage> waiting = new ClientSession(20, 1 << 20, TimeSpan.FromSeconds(10)).Restore(saved);

        Assert.Equal(["a 1 AtLeastOnce False", "c 3 ExactlyOnce True"],
            waiting.Select(one =>
            $"{Encoding.UTF8.GetString(one.Message.Topic)} {Encoding.UTF8.GetString(one.Message.Payload)} {one.Message.Qos} {one.Retain}"));
        Assert.Equal(8, saved.NextNumber);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Session_that_only_the_server_forgot_is_published_anew_but_for_QoS_2_that_may_have_left(bool republishesQos2)
    {
        var output = new OutgoingBuffer();
        var journal = new SessionJournal(0);
        var first = new ClientSession(20, 1 << 20, TimeSpan.FromSeconds(10), journal);
        Connect(first, output, sessionPresent: true);
        first.Publish("a"u8, "x"u8, QualityOfService.AtLeastOnce, retain: false, output);
        first.Publish("b"u8, "x"u8, QualityOfService.ExactlyOnce, retain: false, output);
        first.Publish("c"u8, "x"u8, QualityOfService.ExactlyOnce, retain: false, output);
        ReadOnlySpan<byte> pubRec = [0x50, 2, 0, 3];
        first.TryReceive(ref pubRec, default, output, out _);
        first.Keep("d"u8, "x"u8, QualityOfService.ExactlyOnce, retain: false);

        var second = new ClientSession(20, 1 << 20, TimeSpan.FromSeconds(10), journal) { RepublishesQos1 = true, RepublishesQos2 = republishesQos2 };
        List<RestoredMessage> unsent = second.Restore(SavedSession.Read(SealedFile.Of(journal.Output)));
        output.Reset();
        Assert.True(Connect(second, output, sessionPresent: false));
        foreach (RestoredMessage one in unsent) second.Publish(one.Message, one.Message.Qos, one.Retain, output);

        string[] anew = republishesQos2 ? ["PUBLISH 1 qos1 a", "PUBLISH 2 qos2 b"] : ["PUBLISH 1 qos1 a"];
        Assert.Equal(["CONNECT", .. anew], SentPackets.Describe(output.Written.Span)[..(anew.Length + 1)]);
        Assert.EndsWith("qos2 d", SentPackets.Describe(output.Written.Span)[^1], StringComparison.Ordinal);
        var saved = SavedSession.Read(SealedFile.Of(journal.Output));
        Assert.Equal(anew.Length + 1, saved.Sent.Count); // what was given up is not in the file any more
        Assert.Empty(saved.Released);
    }

    private static byte[] JournalOf(int seed, int steps)
    {
        var journal = new SessionJournal(0);
        Live(new ClientSession(20, 1 << 20, TimeSpan.FromSeconds(10), journal), new Random(seed), steps);
        return SealedFile.Of(journal.Output);
    }

    private static byte[] Rewritten(byte[] records)
    {
        var output = new RecordBuffer();
        SavedSession.Read(records).WriteTo(output, "c");
        return SealedFile.Of(output);
    }

    private static string Restored(byte[] records)
    {
        var session = new ClientSession(20, 1 << 20, TimeSpan.FromSeconds(10));
        session.Restore(SavedSession.Read(records));
        return Reconnected(session);
    }

    /// <summary>What a session sends when the server has kept its half, and how it answers QoS 2 messages that come again.</summary>
    private static string Reconnected(ClientSession session)
    {
        var output = new OutgoingBuffer();
        Connect(session, output, sessionPresent: true);
        for (ushort id = 1; id <= 6; id++)
            Receive(session, new PublishPacket { Topic = "in"u8, Qos = QualityOfService.ExactlyOnce, PacketId = id, Duplicate = true }, output);
        return string.Join('\n', SentPackets.Describe(output.Written.Span));
    }

    /// <summary>Publishes and receives at QoS 1 and 2, with answers that come or do not.</summary>
    private static void Live(ClientSession session, Random random, int steps)
    {
        var output = new OutgoingBuffer();
        Connect(session, output, sessionPresent: true);
        var open = new Dictionary<ushort, QualityOfService>();
        for (int i = 0; i < steps; i++)
        {
            ushort incoming = (ushort)random.Next(1, 7);
            switch (random.Next(5))
            {
                case 0 or 1 when session.CanPublish:
                    var qos = (QualityOfService)random.Next(1, 3);
                    open[session.Publish("out"u8, Encoding.UTF8.GetBytes($"{i}"), qos, retain: random.Next(2) == 0, output)] = qos;
                    break;
                case 2 when open.Count > 0:
                    (ushort id, QualityOfService sent) = open.ElementAt(random.Next(open.Count));
                    if (sent == QualityOfService.AtLeastOnce) Receive(session, new PubAckPacket { PacketId = id }, output);
                    else Receive(session, new PubRecPacket { PacketId = id }, output);
                    if (sent == QualityOfService.AtLeastOnce) open.Remove(id);
                    else if (random.Next(2) == 0 && Receive(session, new PubCompPacket { PacketId = id }, output) == SessionEventKind.Delivered)
                        open.Remove(id);
                    break;
                case 3:
                    Receive(session, new PublishPacket { Topic = "in"u8, Qos = QualityOfService.ExactlyOnce, PacketId = incoming }, output);
                    break;
                case 4:
                    Receive(session, new PubRelPacket { PacketId = incoming }, output);
                    break;
            }
        }
    }

    /// <summary>Connects; returns whether what was in flight is lost.</summary>
    private static bool Connect(ClientSession session, OutgoingBuffer output, bool sessionPresent)
    {
        session.Connect(new ConnectPacket { ClientId = "c"u8 }, TimeSpan.Zero, output);
        ReadOnlySpan<byte> connAck = [0x20, 2, (byte)(sessionPresent ? 1 : 0), 0];
        Assert.True(session.TryReceive(ref connAck, TimeSpan.Zero, output, out SessionEvent happened));
        return happened.SessionLost;
    }

    /// <summary>Gives the session a packet; a message is acknowledged at once.</summary>
    private static SessionEventKind Receive<TPacket>(ClientSession session, TPacket packet, OutgoingBuffer output)
        where TPacket : IControlPacket, allows ref struct
    {
        byte[] written = new byte[packet.Length];
        packet.Write(written);
        ReadOnlySpan<byte> bytes = written;
        if (!session.TryReceive(ref bytes, TimeSpan.Zero, output, out SessionEvent happened)) return SessionEventKind.None;
        if (happened.Kind == SessionEventKind.Message) session.Acknowledge(happened.Receipt, output);
        return happened.Kind;
    }
}
