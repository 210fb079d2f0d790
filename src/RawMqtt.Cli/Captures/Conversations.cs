// SPDX-License-Identifier: MIT

using System.Net;

namespace RawMqtt.Cli.Captures;

/// <summary>The connections of a capture: finds that of each segment, and counts what cannot be explained.</summary>
internal sealed class Conversations
{
    /// <summary>Connections that are followed at a time: a file that opens more is not one of MQTT clients.</summary>
    private const int MostAtATime = 10_000;

    private readonly Dictionary<(IPEndPoint From, IPEndPoint To), Conversation> open = [];

    /// <summary>Gets the segments of connections that began before the capture.</summary>
    public long WithoutBeginning { get; private set; }

    public int Tls { get; private set; }

    /// <summary>Gets the connections that are neither MQTT nor WebSocket nor TLS.</summary>
    public int Others { get; private set; }

    /// <summary>Gets the connections of which the capture lacks bytes.</summary>
    public int Gaps { get; private set; }

    /// <summary>Reads packets, and returns the bytes of each connection in order.</summary>
    public IEnumerable<(DateTimeOffset Time, Conversation Connection, bool IsFromClient, ReadOnlyMemory<byte> Bytes)> Read(IEnumerable<CapturedPacket> packets)
    {
        foreach (CapturedPacket packet in packets)
        {
            if (TcpSegment.Of(packet) is not { } segment || Find(segment) is not { } connection) continue;
            foreach ((bool isFromClient, ReadOnlyMemory<byte> bytes) in connection.Take(segment)) yield return (packet.Time, connection, isFromClient, bytes);
        }
    }

    /// <summary>Counts what is known at the end of the capture.</summary>
    public void Complete()
    {
        foreach (Conversation connection in open.Values) Count(connection);
        open.Clear();
    }

    private Conversation? Find(TcpSegment segment)
    {
        bool isOpening = segment.Flags.HasFlag(TcpFlags.Syn) && !segment.Flags.HasFlag(TcpFlags.Ack);
        if (open.TryGetValue((segment.From, segment.To), out Conversation? known) || open.TryGetValue((segment.To, segment.From), out known))
        {
            if (!isOpening || known.IsOpenedBy(segment)) return known;
            open.Remove((known.Client, known.Server)); // the port is used again
            Count(known);
        }

        if (!isOpening || open.Count == MostAtATime)
        {
            WithoutBeginning++;
            return null;
        }

        var opened = new Conversation(segment.From, segment.To, segment.Sequence);
        open.Add((segment.From, segment.To), opened);
        return opened;
    }

    private void Count(Conversation connection)
    {
        if (connection.IsTls) Tls++;
        else if (connection.IsOurs == false) Others++;
        else if (connection.HasGap) Gaps++;
    }
}
