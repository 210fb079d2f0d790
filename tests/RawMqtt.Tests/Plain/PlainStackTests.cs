// SPDX-License-Identifier: MIT

using System.Text;
using FsCheck.Xunit;
using RawMqtt.Codec;
using RawMqtt.Plain;
using RawMqtt.Tests.Codec;
using RawMqtt.Tests.RuleIndex;
using RawMqtt.WebSockets;

namespace RawMqtt.Tests.Plain;

/// <summary>The plain stack of <c>spec-notes/plain</c> and the fast one take and refuse the same bytes.</summary>
[Properties(Arbitrary = [typeof(GeneratedPackets)], MaxTest = CodecProperties.NormalRun)]
public class PlainStackTests
{
    [Property]
    public void Packets_are_the_same_bytes(GeneratedPacket generated) => Compare(generated.Sender, generated.Packet.Rewritten);

    [Property]
    public void Likely_bytes_are_judged_alike(LikelyBytes likely) => Compare(likely.Sender, likely.Bytes);

    [Property]
    public void Mutated_packets_are_judged_alike(MutatedBytes mutated) => Compare(mutated.Packets.FirstOrDefault()?.Sender ?? default, mutated.Bytes);

    [Property]
    public void Frame_headers_are_judged_alike(byte first, byte second, byte[] rest, bool fromClient)
    {
        byte[] bytes = [first, second, .. rest];
        WebSocketRole receiver = fromClient ? WebSocketRole.Server : WebSocketRole.Client;
        bool isFastBroken = FrameHeader.TryRead(bytes, receiver, out FrameHeader header, out _) == System.Buffers.OperationStatus.InvalidData;
        List<byte> left = [.. bytes];
        (int Opcode, bool IsLast, byte[] Payload)? frame = null;
        bool isPlainBroken = false;
        try
        {
            frame = Frames.Read(left, fromClient);
        }
        catch (BrokenRuleException)
        {
            isPlainBroken = true;
        }

        Assert.Equal(isFastBroken, isPlainBroken);
        if (frame is null) return;
        Assert.Equal((header.PayloadLength, bytes.Length - header.Size - header.PayloadLength), (frame.Value.Payload.Length, left.Count));
    }

    [Theory]
    [InlineData("a/#", "a")]
    [InlineData("a/#", "a/b/c")]
    [InlineData("#", "$SYS/a")]
    [InlineData("+/a", "$SYS/a")]
    [InlineData("$SYS/#", "$SYS/a")]
    [InlineData("+", "/a")]
    [InlineData("+/+", "/a")]
    [InlineData("a/+", "a")]
    [InlineData("a/+/#", "a/b")]
    [InlineData("a", "a/b")]
    public void Filters_match_alike(string filter, string name) =>
        Assert.Equal(TopicFilter.Matches(Encoding.UTF8.GetBytes(filter), Encoding.UTF8.GetBytes(name)), Topics.Match(filter, name));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task The_plain_client_speaks_with_the_broker(int qos)
    {
        await using MqttBroker broker = await MqttBroker.StartAsync(new MqttBrokerOptions { Listeners = ["ws://127.0.0.1:0/mqtt"] });
        int port = new Uri(broker.Addresses[0]).Port;

        Packet received = await Task.Run(() =>
        {
            using var client = new PlainClient("127.0.0.1", port, "/mqtt", "plain");
            client.Subscribe("a/#", qos);
            client.Publish("a/b", "hello"u8.ToArray(), qos);
            return client.Receive();
        }).WaitAsync(TimeSpan.FromSeconds(60));

        Assert.Equal(("a/b", "hello", qos), (received.Topic, Encoding.UTF8.GetString(received.Payload), received.Qos));
    }

    /// <summary>4.3 and 4.4: what is lost on the way is sent again, and delivered once.</summary>
    [Fact]
    public void The_plain_session_delivers_once_at_QoS_2()
    {
        var sender = new PlainSession();
        var receiver = new PlainSession();
        Packet publish = sender.Send(new Packet(PacketKind.Publish) { Topic = "a", Qos = 2 });

        Assert.NotNull(receiver.Receive(publish).Delivered); // its PUBREC is lost
        Packet again = Assert.Single(sender.SendAgain());
        (Packet? pubRec, Packet? twice) = receiver.Receive(again);
        Packet pubRel = sender.Receive(pubRec!).Answer!;
        sender.Receive(receiver.Receive(pubRel).Answer!);

        Assert.True(again.Duplicate);
        Assert.Null(twice);
        Assert.Equal(0, sender.InFlight);
    }

    /// <summary>Each exercise breaks one rule, which it names, in a place that is still there. <c>exercises/run.sh</c> shows that its test fails.</summary>
    [Fact]
    public void Exercises_fit_the_sources()
    {
        string[] patches = [.. Directory.GetFiles(Repository.PathOf("spec-notes/plain/exercises"), "*.patch").Order(StringComparer.Ordinal)];
        Assert.Equal(10, patches.Length);
        foreach (string patch in patches)
        {
            string[] lines = File.ReadAllLines(patch);
            Assert.Matches("^Question: .+[.?]$", lines[0]);
            Assert.Matches("^Rule: (MQTT|WS)-[0-9.]+-[0-9]+$", lines[1]);
            Assert.NotNull(typeof(PlainStackTests).Assembly.GetType(lines[2]["Test: ".Length..]));
            string source = File.ReadAllText(Repository.PathOf(lines.Single(line => line.StartsWith("+++ b/", StringComparison.Ordinal))[6..]));
            IEnumerable<string> removed = lines.Where(line => line.StartsWith('-') && !line.StartsWith("---", StringComparison.Ordinal));
            Assert.All(removed, line => Assert.Contains(line[1..], source));
        }
    }

    private static void Compare(MqttRole sender, byte[] bytes)
    {
        var fast = Receiver.Of(sender, bytes);
        List<byte> left = [.. bytes];
        List<byte[]> taken = [];
        string? broken = null;
        try
        {
            while (PacketParser.Read(left, sender == MqttRole.Client) is { } packet) taken.Add(PacketWriter.Write(packet));
        }
        catch (BrokenRuleException rule)
        {
            broken = rule.Message;
        }

        Assert.True(fast.Violation is null == broken is null, $"fast: {fast.Violation?.ToString() ?? "no violation"}, plain: {broken ?? "no rule broken"}");
        Assert.Equal(fast.Packets.Select(packet => packet.Rewritten), taken);
        Assert.Equal(fast.Waiting, left.Count);
    }
}
