// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Codec;
using RawMqtt.Sessions;

namespace RawMqtt.Tests.Clients;

/// <summary>Answers of a server that keeps a session with messages at QoS 1, and sends at most a window of them before they are acknowledged.</summary>
/// <param name="window">The most messages in flight.</param>
/// <param name="topics">The topic of each message.</param>
internal sealed class WindowServer(int window, string[] topics)
{
    private readonly SortedDictionary<ushort, int> inFlight = [];
    private readonly Lock gate = new();
    private int next;
    private int subscriptions;

    /// <summary>Whether the messages of the window leave between SUBSCRIBE and SUBACK, and not behind two SUBACKs.</summary>
    public bool SendsBeforeSubAck { get; init; }

    public SmallServer Start() => new() { Answer = Answer };

    private bool Answer(Received packet, OutgoingBuffer output)
    {
        lock (gate)
        {
            switch (packet.Header.Type)
            {
                case PacketType.Connect:
                    output.Write(new ConnAckPacket { SessionPresent = next > 0 });
                    foreach ((ushort packetId, int message) in inFlight) Send(packetId, message, duplicate: true, output);
                    return true;
                case PacketType.PubAck:
                    PubAckPacket.TryRead(packet.Body, out PubAckPacket pubAck, out _);
                    inFlight.Remove(pubAck.PacketId);
                    SendMore(output);
                    return true;
                case PacketType.Subscribe:
                    subscriptions++;
                    if (SendsBeforeSubAck) SendMore(output);
                    SmallServer.AcknowledgeAll(packet, output);
                    if (!SendsBeforeSubAck && subscriptions >= 2) SendMore(output);
                    return true;
                default:
                    return SmallServer.AcknowledgeAll(packet, output);
            }
        }
    }

    private void SendMore(OutgoingBuffer output)
    {
        while (inFlight.Count < window && next < topics.Length)
        {
            ushort packetId = (ushort)(next % ushort.MaxValue + 1);
            inFlight.Add(packetId, next);
            Send(packetId, next++, duplicate: false, output);
        }
    }

    private void Send(ushort packetId, int message, bool duplicate, OutgoingBuffer output) => output.Write(new PublishPacket
    {
        Topic = Encoding.UTF8.GetBytes(topics[message]),
        Payload = Encoding.UTF8.GetBytes($"{message}"),
        Qos = QualityOfService.AtLeastOnce,
        PacketId = packetId,
        Duplicate = duplicate,
    });
}
