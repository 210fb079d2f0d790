// SPDX-License-Identifier: MIT

using RawMqtt.Codec;

namespace RawMqtt.Sessions;

/// <summary>The delivery protocols of QoS 0, 1 and 2 as tables, 4.3. <see cref="Sender"/> and <see cref="Receiver"/> change
/// their states by these tables only; both ends of a connection use them.</summary>
/// <remarks>
/// QoS 2 in short: the sender keeps the message until PUBREC, then only the identifier until PUBCOMP. The receiver
/// keeps only the identifier, from PUBLISH to PUBREL; a PUBLISH in between is the same message again. The same tables
/// with drawings stand in <c>spec-notes/qos.md</c>.
/// </remarks>
internal static class Delivery
{
    /// <summary>What a packet identifier waits for after <paramref name="sent"/>, at <paramref name="qos"/> if it is a PUBLISH.</summary>
    public static SenderState Await(PacketType sent, QualityOfService qos) => (sent, qos) switch
    {
        (PacketType.Publish, QualityOfService.AtLeastOnce) => SenderState.AwaitingPubAck,   // [MQTT-4.3.2-1]
        (PacketType.Publish, QualityOfService.ExactlyOnce) => SenderState.AwaitingPubRec,   // [MQTT-4.3.3-1]
        (PacketType.PubRel, _) => SenderState.AwaitingPubComp,                              // [MQTT-4.3.3-1] (d)
        (PacketType.Subscribe, _) => SenderState.AwaitingSubAck,                            // [MQTT-3.8.4-1]
        (PacketType.Unsubscribe, _) => SenderState.AwaitingUnsubAck,                        // [MQTT-3.10.4-4]
        _ => SenderState.Free,                                                              // 2.3.1: no identifier
    };

    /// <summary>The sender's table: what <paramref name="received"/> means for an identifier in <paramref name="state"/>.</summary>
    public static SenderStep Sender(SenderState state, PacketType received) => (state, received) switch
    {
        (SenderState.AwaitingPubAck, PacketType.PubAck) => new(SenderState.Free, Outcome.Delivered),            // [MQTT-4.3.2-1]
        (SenderState.AwaitingPubRec, PacketType.PubRec) => new(SenderState.AwaitingPubComp, Outcome.Release),   // [MQTT-4.3.3-1] (d)
        (SenderState.AwaitingPubRec, PacketType.PubAck) => new(SenderState.AwaitingPubRec, Outcome.Downgraded),   // RabbitMQ 3 does this
        (SenderState.AwaitingPubComp, PacketType.PubRec) => new(SenderState.AwaitingPubComp, Outcome.Release),  // asked again: answered again
        (SenderState.AwaitingPubComp, PacketType.PubComp) => new(SenderState.Free, Outcome.Delivered),          // [MQTT-4.3.3-1] (e)
        (SenderState.AwaitingSubAck, PacketType.SubAck) => new(SenderState.Free, Outcome.Delivered),            // 3.8.4
        (SenderState.AwaitingUnsubAck, PacketType.UnsubAck) => new(SenderState.Free, Outcome.Delivered),        // 3.10.4
        (SenderState.Free, PacketType.PubRec) => new(SenderState.Free, Outcome.Release),                        // unknown here: lets the peer forget it too
        (SenderState.Free, _) => new(SenderState.Free, Outcome.Ignored),                                        // late: it was answered before
        _ => new(state, Outcome.Violation),                                                                     // not the answer to what was sent
    };

    /// <summary>The receiver's table: what to do with <paramref name="received"/>, at <paramref name="qos"/> if it is a
    /// PUBLISH. The identifier is known if it was received at QoS 2 and not yet released.</summary>
    public static ReceiverStep Receiver(bool isKnown, PacketType received, QualityOfService qos) => (received, qos, isKnown) switch
    {
        (PacketType.Publish, QualityOfService.AtMostOnce, _) => new(Deliver: true, Answer: null, Known: isKnown),               // [MQTT-3.3.4-1]
        (PacketType.Publish, QualityOfService.AtLeastOnce, _) => new(Deliver: true, Answer: PacketType.PubAck, Known: isKnown), // [MQTT-4.3.2-2]
        (PacketType.Publish, _, false) => new(Deliver: true, Answer: PacketType.PubRec, Known: true),                           // [MQTT-4.3.3-2] (a)
        (PacketType.Publish, _, true) => new(Deliver: false, Answer: PacketType.PubRec, Known: true),                           // [MQTT-4.3.3-2] (b)
        _ => new(Deliver: false, Answer: PacketType.PubComp, Known: false),                                                     // [MQTT-4.3.3-2] (c), (d)
    };

    /// <summary>What a step of the sender comes to.</summary>
    public enum Outcome
    {
        /// <summary>The peer has the message, or has answered the request: the identifier is free.</summary>
        Delivered,

        /// <summary>The message is not sent again; PUBREL is the answer.</summary>
        Release,

        /// <summary>Nothing to do.</summary>
        Ignored,

        /// <summary>The peer has the message, at QoS 1 and not at QoS 2. A client gives the message up; to a broker it is a
        /// <see cref="Violation"/>.</summary>
        Downgraded,

        /// <summary>The connection must be closed [MQTT-4.8.0-1].</summary>
        Violation,
    }

    /// <summary>One row of the sender's table.</summary>
    /// <param name="Next">The state that follows.</param>
    /// <param name="Outcome">What to do.</param>
    public readonly record struct SenderStep(SenderState Next, Outcome Outcome);

    /// <summary>One row of the receiver's table.</summary>
    /// <param name="Deliver">The message goes on to the application or the subscribers.</param>
    /// <param name="Answer">The packet that answers, with the same identifier; none at QoS 0.</param>
    /// <param name="Known">Whether the identifier is known from now on.</param>
    public readonly record struct ReceiverStep(bool Deliver, PacketType? Answer, bool Known);
}
