// SPDX-License-Identifier: MIT

using RawMqtt.Tests.WebSockets;
using RawMqtt.Transports;
using RawMqtt.WebSockets;
using static RawMqtt.Tests.WebSockets.RawFrame;

namespace RawMqtt.Tests.Transports;

/// <summary>What the pure connection decides is what the stream does: vectors, damaged and cut, in reads of any size, both roles.</summary>
public class OneMachineTests(ITestOutputHelper output)
{
    private const int Seed = 6455;

    [Theory]
    [Rule("WS-5.5.1-6", "WS-5.5.1-8", "WS-5.5.2-1", "WS-7.1.5-1", "WS-7.1.5-3", "WS-7.1.7-4", "WS-7.1.7-5", "WS-10.7-2")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_stream_answers_and_ends_as_the_connection_decides(bool acceptsText)
    {
        output.WriteLine($"seed {Seed}");
        int cases = 0;
        foreach ((string name, WebSocketRole role, byte[] bytes) in Corpus())
        {
            foreach (int largest in bytes.Length > 10_000 ? [int.MaxValue, 1000] : new[] { int.MaxValue, 1, 2, 3, 7 })
            {
                string decided = Decided(role, bytes, largest, acceptsText);
                string done = await DoneAsync(role, bytes, largest, acceptsText);
                Assert.True(decided == done,
                    $"{name}, {role}, reads of {largest}, {Convert.ToHexString(bytes.AsSpan(0, Math.Min(60, bytes.Length)))}\n{decided}\n{done}");
                cases++;
            }
        }

        Assert.InRange(cases, 10_000, int.MaxValue);
    }

    private static string Decided(WebSocketRole role, byte[] bytes, int largest, bool acceptsText)
    {
        var conversation = new Conversation(role, int.MaxValue, acceptsText);
        foreach (byte[] part in bytes.Chunk(Math.Min(largest, bytes.Length))) conversation.Feed(part);
        WebSocketConnection connection = conversation.Connection;
        connection.EndOfTransport();
        string[] messages =
            [.. conversation.Log.Where(line => line.StartsWith("Text", StringComparison.Ordinal) || line.StartsWith("Binary", StringComparison.Ordinal))];
        return Describe(messages, conversation.Data, conversation.Sent(), connection.CloseCode, connection.CloseReason, connection.Violation?.Rule);
    }

    private static async Task<string> DoneAsync(WebSocketRole role, byte[] bytes, int largest, bool acceptsText)
    {
        var below = new ScriptedStream(bytes, largest);
        var stream = new WebSocketStream(below, role, default, acceptsText);
        List<string> messages = [];
        List<byte> data = [];
        byte[] buffer = new byte[100_000];
        string? rule = null;
        try
        {
            int read;
            while ((read = await stream.ReadAsync(buffer)) > 0 || stream.EndedMessage is not null)
            {
                data.AddRange(buffer.AsSpan(0, read));
                if (stream.EndedMessage is not WebSocketEventKind kind) continue;
                messages.Add(Conversation.Describe(kind.ToString(), [.. data]));
                data.Clear();
            }
        }
        catch (WebSocketViolationException e)
        {
            rule = e.Rule;
        }

        return Describe(messages, [.. data], Sent(role, [.. below.Written]), stream.CloseCode, stream.CloseReason, rule);
    }

    private static string Describe(IEnumerable<string> messages, byte[] data, List<string> sent, CloseCode? code, string reason, string? rule) =>
        $"messages {string.Join('|', messages)}, then {Convert.ToHexString(data)}, sent {string.Join('|', sent)}, code {code} {reason}, rule {rule}";

    private static List<string> Sent(WebSocketRole role, byte[] bytes)
    {
        var reader = new FrameReader(role == WebSocketRole.Client ? WebSocketRole.Server : WebSocketRole.Client, long.MaxValue);
        Span<byte> input = bytes;
        List<string> sent = [];
        while (reader.TryRead(ref input, out FramePiece piece)) sent.Add(Conversation.Describe(piece.Opcode.ToString(), piece.Payload));
        return sent;
    }

    private static IEnumerable<(string Name, WebSocketRole Role, byte[] Bytes)> Corpus()
    {
        var random = new Random(Seed);
        foreach (WebSocketRole role in Enum.GetValues<WebSocketRole>())
        {
            foreach (FrameVectors.Vector vector in FrameVectors.All)
            {
                byte[] bytes = vector.Send(role);
                yield return (vector.Name, role, bytes);
                if (bytes.Length > 2000) continue;
                yield return (vector.Name + ", behind data", role, Join(To(role, 0x82, [1, 2]), bytes));
                yield return (vector.Name + ", data behind", role, Join(bytes, To(role, 0x82, [3, 4]), To(role, 0x89, "p")));
                for (int i = 0; i < 10; i++)
                {
                    byte[] damaged = [.. bytes, .. To(role, 0x88, [3, 0xE8])];
                    damaged[random.Next(Math.Min(damaged.Length, 12))] ^= (byte)(1 << random.Next(8));
                    yield return (vector.Name + ", damaged", role, damaged);
                    yield return (vector.Name + ", cut", role, bytes[..random.Next(1, bytes.Length)]);
                }
            }
        }
    }
}
