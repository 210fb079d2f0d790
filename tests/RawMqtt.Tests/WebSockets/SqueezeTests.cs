// SPDX-License-Identifier: MIT

using RawMqtt.WebSockets;
using static RawMqtt.Tests.WebSockets.RawFrame;

namespace RawMqtt.Tests.WebSockets;

/// <summary>Un-framing in place: whatever the framing and wherever it is cut, the same run of bytes and the same events.</summary>
public class SqueezeTests(ITestOutputHelper output)
{
    [Fact]
    [Rule("WS-5.4-1", "WS-6.2-1", "WS-5.6-2")]
    public void One_packet_in_twenty_frames_and_many_in_one()
    {
        foreach (WebSocketRole role in Enum.GetValues<WebSocketRole>())
        {
            byte[] packet = [.. Enumerable.Range(0, 20).Select(i => (byte)i)];
            byte[] bytes = Join([.. packet.Select(octet => To(role, 0x82, [octet])), To(role, 0x82, []),
                To(role, 0x82, [.. Enumerable.Repeat(packet, 300).SelectMany(one => one)])]);
            foreach (byte[][] parts in Cuts.Of(bytes))
                Assert.Equal([.. Enumerable.Repeat(packet, 301).SelectMany(one => one)], Squeeze(new FrameReader(role, int.MaxValue, false), parts).Data);
        }
    }

    [Fact]
    [Rule("WS-5.4-1", "WS-6.2-1", "WS-6.2-6", "WS-5.4-7")]
    public void Random_frames_in_random_cuts_equal_the_frames_uncut()
    {
        const int Seed = 64550;
        output.WriteLine($"seed {Seed}");
        var random = new Random(Seed);
        for (int i = 0; i < 400; i++)
        {
            WebSocketRole role = (WebSocketRole)random.Next(2);
            (byte[] bytes, byte[] data, List<string> events) = RandomTraffic(role, random);
            (byte[] Data, List<string> Events) got = Squeeze(new FrameReader(role, int.MaxValue, false),
                random.Next(5) == 0 ? [bytes] : Cuts.AtRandom(bytes, random));
            Assert.Equal(data, got.Data);
            Assert.Equal(events, got.Events);
        }
    }

    [Theory]
    [Rule("WS-7.4.1-1")]
    [InlineData(0x81)]
    [InlineData(0x01)]
    public void Text_is_refused_at_its_header(int first)
    {
        foreach (WebSocketRole role in Enum.GetValues<WebSocketRole>())
        {
            byte[] text = To(role, first, "text");
            (byte[] data, List<string> events) = Squeeze(new FrameReader(role, int.MaxValue, false), [To(role, 0x82, [1]), text[..^4]]);
            Assert.Equal([1], data);
            Assert.Equal(["WS-7.4.1-1"], events);
        }
    }

    [Theory]
    [InlineData(100)]
    [InlineData(300)]
    public void The_limit_holds_for_frames_that_are_there_whole(int limit)
    {
        foreach (WebSocketRole role in Enum.GetValues<WebSocketRole>())
        {
            (byte[] data, List<string> events) = Squeeze(new FrameReader(role, limit, false),
                [Join(To(role, 0x82, new byte[limit]), To(role, 0x82, new byte[limit]), To(role, 0x82, new byte[limit + 1]))]);
            Assert.Equal(2 * limit, data.Length);
            Assert.Equal(["WS-10.4-1"], events);
        }
    }

    [Fact]
    [Rule("WS-7.1.7-5")]
    public void Nothing_is_taken_behind_a_broken_rule()
    {
        foreach (WebSocketRole role in Enum.GetValues<WebSocketRole>())
        {
            byte[] good = To(role, 0x82, [1, 2]);
            (byte[] data, List<string> events) = Squeeze(new FrameReader(role, int.MaxValue, false), [good, To(role, 0x88, [0x13, 0x88]), good, good]);
            Assert.Equal([1, 2], data);
            Assert.Equal(["WS-11.7-1"], events);
        }
    }

    [Fact]
    public void Nothing_is_allocated()
    {
        var reader = new FrameReader(WebSocketRole.Server, int.MaxValue, false);
        byte[] bytes = Join([.. Enumerable.Range(0, 500)
            .Select(i => i % 5 == 0 ? Join(To(WebSocketRole.Server, 0x02, new byte[30]), To(WebSocketRole.Server, 0x80, new byte[300]))
            : To(WebSocketRole.Server, 0x82, new byte[i]))]);
        byte[] copy = new byte[bytes.Length];
        long before = 0;
        for (int i = 0; i < 20; i++)
        {
            if (i == 10)
                before = GC.GetAllocatedBytesForCurrentThread();
            bytes.CopyTo(copy, 0);
            int read = 0;
            int written = 0;
            Assert.False(reader.TrySqueeze(copy, ref read, ref written, out _));
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    internal static (byte[] Data, List<string> Events) Squeeze(FrameReader reader, byte[][] parts)
    {
        List<byte> data = [];
        List<string> events = [];
        foreach (byte[] part in parts)
        {
            byte[] bytes = [.. part];
            int read = 0;
            int written = 0;
            while (reader.TrySqueeze(bytes, ref read, ref written, out FramePiece piece))
                events.Add(piece.Violation?.Rule ?? $"{piece.Opcode} {Convert.ToHexString(piece.Payload)} at {data.Count + written}");
            Assert.Equal(bytes.Length, read);
            data.AddRange(bytes[..written]);
        }

        return (data.ToArray(), events);
    }

    private static (byte[] Bytes, byte[] Data, List<string> Events) RandomTraffic(WebSocketRole role, Random random)
    {
        List<byte> bytes = [];
        List<byte> data = [];
        List<string> events = [];
        bool inMessage = false;
        for (int frames = random.Next(1, 60); frames > 0; frames--)
        {
            byte[] payload = new byte[random.Next(6) switch
            {
                0 => 0,
                1 => random.Next(126, 400),
                2 => random.Next(20) == 0 ? 66000 : 125,
                _ => random.Next(1, 30)
            }];
            random.NextBytes(payload);
            if (random.Next(6) == 0)
            {
                payload = payload[..Math.Min(payload.Length, 125)];
                bytes.AddRange(To(role, random.Next(2) == 0 ? 0x89 : 0x8A, payload));
                events.Add($"{(bytes[^(payload.Length + (role == WebSocketRole.Server ? 6 : 2))] == 0x89 ? "Ping" : "Pong")} {Convert.ToHexString(payload)} at "
                    + $"{data.Count}");
                continue;
            }

            bool fin = random.Next(3) > 0;
            bytes.AddRange(To(role, (fin ? 0x80 : 0) | (inMessage ? 0 : 2), payload));
            data.AddRange(payload);
            inMessage = !fin;
        }

        return (bytes.ToArray(), data.ToArray(), events);
    }
}
