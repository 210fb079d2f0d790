// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Text;
using RawMqtt.Codec;
using RawMqtt.Sessions;

namespace RawMqtt.Tests.Clients;

/// <summary>Answers that several tests give a <see cref="SmallServer"/>.</summary>
internal static class ServerAnswers
{
    /// <summary>Acknowledges everything but packets of one type, which get no answer.</summary>
    public static Func<Received, OutgoingBuffer, bool> Silence(PacketType type) =>
        (packet, output) => packet.Header.Type == type || SmallServer.AcknowledgeAll(packet, output);

    /// <summary>Accepts a connection.</summary>
    /// <returns>True.</returns>
    public static bool Accept(OutgoingBuffer output, bool sessionPresent)
    {
        output.Write(new ConnAckPacket { SessionPresent = sessionPresent });
        return true;
    }

    /// <summary>Answers each CONNECT with the return code for its number, counted from 1.</summary>
    public static Func<Received, OutgoingBuffer, bool> Refuse(Func<int, ConnectReturnCode> code)
    {
        int connections = 0;
        return (packet, output) =>
        {
            if (packet.Header.Type != PacketType.Connect) return SmallServer.AcknowledgeAll(packet, output);
            ConnectReturnCode answer = code(Interlocked.Increment(ref connections));
            output.Write(new ConnAckPacket { ReturnCode = answer });
            return answer == ConnectReturnCode.Accepted;
        };
    }

    /// <summary>Answers SUBSCRIBE and sends messages behind it; packets of one type may be ignored.</summary>
    public static SmallServer Flood(int count, QualityOfService qos, PacketType ignored = default)
    {
        var server = new SmallServer();
        server.Answer = (packet, output) =>
        {
            if (packet.Header.Type == ignored) return true;
            if (!SmallServer.AcknowledgeAll(packet, output)) return false;
            if (packet.Header.Type != PacketType.Subscribe) return true;
            for (int i = 0; i < count; i++)
            {
                ushort packetId = qos > 0 ? (ushort)(i + 1) : (ushort)0;
                output.Write(new PublishPacket { Topic = "flood"u8, Payload = Encoding.UTF8.GetBytes($"{i}"), Qos = qos, PacketId = packetId });
            }

            return true;
        };
        return server;
    }
}
