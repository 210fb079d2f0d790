// SPDX-License-Identifier: MIT

using RawMqtt.Sessions;
using RawMqtt.WebSockets;

namespace RawMqtt.Clients;

/// <summary>Finds the packet that the server ends connections for, and gives it up. Guarded by the gate.</summary>
/// <remarks>A packet is suspect if it stood alone behind an answered PINGREQ, left as a whole, and the server then ended the connection before it answered,
/// or answered against the rules.
/// The third time it is given up; at once if the code of the server's Close says that a packet was wrong.</remarks>
internal sealed class SuspectPackets(ClientSession session, OutgoingMessages outgoing, ClientSubscriptions subscriptions, SubscriptionRequests requests)
{
    private const int Limit = 3;

    /// <summary>Takes the end of a connection, before the session is told of it.</summary>
    /// <returns>The same, or what was found.</returns>
    public MqttException Judge(MqttException end)
    {
        bool isCodeEnough = end.CloseCode is CloseCode.ProtocolError or CloseCode.UnacceptableData or CloseCode.InvalidPayload
            or CloseCode.PolicyViolation or CloseCode.MessageTooBig;
        bool isAnswerWrong = session.IsAnswerWrong && end.Code == MqttErrorCode.ProtocolViolation;
        if (!end.IsEndByServer && !isAnswerWrong) return end;
        if (!session.HasSuspect(isWhole: !isCodeEnough && !isAnswerWrong, out ushort packetId)) return end;
        SubscriptionRequest? request = requests.Find(packetId);
        (int ends, string packet) = request is not null ? (++request.Ends, request.Describe())
            : packetId > 0 ? (session.CountEnd(packetId), DescribePublish(packetId))
            : outgoing.CountEndOfAlone();
        bool isCut = request is not null && requests.Cut(request);
        bool isGivenUp = (isCodeEnough || ends >= Limit) && !isCut;
        MqttException found = ConnectFaults.Suspect(packet, ends, Limit, isGivenUp, end);
        if (!isGivenUp) return found;
        if (request is not null) subscriptions.GiveUp(request, found);
        else if (packetId > 0) outgoing.GiveUp(packetId, found);
        else outgoing.EndAlone(found);
        return found;
    }

    private string DescribePublish(ushort packetId) => session.MessageOf(packetId) is ApplicationMessage message
        ? ConnectFaults.NameOf(message, (int)message.Qos)
        : $"PUBREL of packet identifier {packetId}";
}
