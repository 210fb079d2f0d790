// SPDX-License-Identifier: MIT

using RawMqtt.Codec;

namespace RawMqtt.Sessions;

/// <summary>What a packet from the server means for the application. A view: the spans point into the bytes received.</summary>
public readonly ref struct SessionEvent
{
    /// <summary>What happened; it says which of the other fields mean something.</summary>
    public SessionEventKind Kind { get; init; }

    /// <summary>Of the acknowledged PUBLISH, SUBSCRIBE or UNSUBSCRIBE.</summary>
    public ushort PacketId { get; init; }

    /// <summary><see cref="SessionEventKind.Connected"/>: the server has kept the session, 3.2.2.2.</summary>
    public bool SessionPresent { get; init; }

    /// <summary><see cref="SessionEventKind.Connected"/>: the server has forgotten a session in which messages were in flight;
    /// they are forgotten here too, and their identifiers are free.</summary>
    public bool SessionLost { get; init; }

    /// <summary><see cref="SessionEventKind.Connected"/>: how many messages at QoS 2 were forgotten with the session, since they may have arrived.</summary>
    public int Forgotten { get; init; }

    /// <summary><see cref="SessionEventKind.Refused"/>: why.</summary>
    public ConnectReturnCode ReturnCode { get; init; }

    /// <summary><see cref="SessionEventKind.Message"/>: the topic name.</summary>
    public ReadOnlySpan<byte> Topic { get; init; }

    /// <summary><see cref="SessionEventKind.Message"/>: the payload.</summary>
    public ReadOnlySpan<byte> Payload { get; init; }

    /// <summary><see cref="SessionEventKind.Message"/>: what <see cref="ClientSession.Acknowledge"/> takes.</summary>
    public Receipt Receipt { get; init; }

    /// <summary><see cref="SessionEventKind.Message"/>: it was kept by the server, 3.3.1.3.</summary>
    public bool Retain { get; init; }

    /// <summary><see cref="SessionEventKind.Message"/>: it may have been sent before, 3.3.1.1.</summary>
    public bool Duplicate { get; init; }

    /// <summary><see cref="SessionEventKind.Message"/> at QoS 2 with a journal: the number of the message, from 1; otherwise 0.</summary>
    internal long DeliveryNumber { get; init; }

    /// <summary><see cref="SessionEventKind.Subscribed"/>: one code for each filter, in their order [MQTT-3.9.3-1].</summary>
    public ReadOnlySpan<byte> ReturnCodes { get; init; }

    /// <summary><see cref="SessionEventKind.Violation"/>: the rule that the server broke.</summary>
    public ProtocolViolation? Violation { get; init; }
}
