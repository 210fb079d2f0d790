// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using RawMqtt.Codec;

namespace RawMqtt.Sessions;

/// <summary>The client's half of an MQTT session without IO, 4.1: bytes and the time go in, bytes and events come out.</summary>
/// <remarks>
/// It serves programs that have a transport and a scheduler of their own: a serial line, a blocking socket, a loop of events. <c>MqttClient</c>
/// stands on it. For each connection the caller calls <see cref="Connect"/>, then <see cref="TryReceive"/> with what comes in, and
/// <see cref="ConnectionLost"/> when the connection has ended. It calls <see cref="Leaving"/> before it writes the output to the network,
/// <see cref="Sent"/> afterwards, and <see cref="Tick"/> when <see cref="NextDeadline"/> is reached. The session outlives its
/// connections, unless CONNECT said Clean Session. One thread at a time. Times are those of one monotonic clock; where it begins does not matter.
/// </remarks>
public sealed class ClientSession
{
    private readonly ApplicationMessagePool messages = new();
    private readonly Sender sender;
    private readonly Receiver receiver = new();
    private readonly Acknowledgements unanswered = new();
    private readonly PacketsFromServer packets;
    private readonly SessionJournal? journal;
    private readonly int maximumPacketLength;
    private readonly TimeSpan pingTimeout;
    private readonly CarefulSending careful = new();
    private KeepAlive keepAlive;
    private ConnectionState state;
    private bool isClean = true;
    private bool isSuspicious;
    private bool brokeWhileConnected;

    /// <summary>Creates a session that ends with this process.</summary>
    /// <param name="inFlightLimit">The most QoS 1 and 2 messages sent and not yet acknowledged: 1 to 65535.</param>
    /// <param name="maximumPacketLength">Larger packets from the server end the connection, before anything is kept of them.</param>
    /// <param name="pingTimeout">How long the server may be silent after a PINGREQ.</param>
    public ClientSession(int inFlightLimit, int maximumPacketLength, TimeSpan pingTimeout)
        : this(inFlightLimit, maximumPacketLength, pingTimeout, journal: null)
    {
    }

    /// <param name="inFlightLimit">The most QoS 1 and 2 messages sent and not yet acknowledged: 1 to 65535.</param>
    /// <param name="maximumPacketLength">Larger packets from the server end the connection, before anything is kept of them.</param>
    /// <param name="pingTimeout">How long the server may be silent after a PINGREQ.</param>
    /// <param name="journal">Takes what the next process must know; null: the session ends with this one.</param>
    internal ClientSession(int inFlightLimit, int maximumPacketLength, TimeSpan pingTimeout, SessionJournal? journal)
    {
        this.maximumPacketLength = maximumPacketLength;
        this.pingTimeout = pingTimeout;
        this.journal = journal;
        sender = new Sender(inFlightLimit);
        packets = new PacketsFromServer(sender, receiver, unanswered, journal);
        keepAlive = new KeepAlive(TimeSpan.Zero, pingTimeout);
    }

    private enum ConnectionState
    {
        None,
        ConnectSent,
        Connected,
        Careful,
        DisconnectSent,
        Broken,
    }

    /// <summary>Whether QoS 1 in flight, and QoS 2 that has not left, is published anew when the session is lost.</summary>
    public bool RepublishesQos1 { get; init; }

    /// <summary>Whether QoS 2 that may have arrived is published anew too: it may then arrive twice.</summary>
    public bool RepublishesQos2 { get; init; }

    /// <summary>Whether PUBACK counts as the end of the delivery of a message at QoS 2.</summary>
    public bool AcceptsPubAckForQos2 { init => packets.AcceptsPubAckForQos2 = value; }

    /// <summary>How many packets leave one at a time after a connection has broken.</summary>
    internal int CarefulPackets { get; set; } = 20;

    /// <summary>Between an accepting CONNACK and the end of the connection, or DISCONNECT.</summary>
    public bool IsConnected => state is ConnectionState.Connected or ConnectionState.Careful;

    /// <summary>Whether packets leave one at a time, because the last connection broke.</summary>
    internal bool IsCareful => state == ConnectionState.Careful;

    /// <summary>Whether packets leave as they come.</summary>
    internal bool IsSendingFreely => state == ConnectionState.Connected;

    /// <summary>Whether a packet may be sent now.</summary>
    public bool CanSend => state == ConnectionState.Connected || (IsCareful && careful.IsFree);

    /// <summary>Whether the server has broken a rule with a packet that may have been its answer to one that stood alone.</summary>
    internal bool IsAnswerWrong { get; private set; }

    /// <summary>When <see cref="Tick"/> must run next; null: nothing waits for time.</summary>
    public TimeSpan? NextDeadline =>
        !IsConnected ? null : IsCareful && careful.AnswerDue < (keepAlive.NextDeadline ?? TimeSpan.MaxValue) ? careful.AnswerDue : keepAlive.NextDeadline;

    /// <summary>Messages sent at QoS 1 and 2 and not yet acknowledged to the end.</summary>
    public int InFlight => sender.InFlight;

    /// <summary>Messages kept because they wait to be sent or may have to be sent again. The simulation checks it: a leak would show nowhere else.</summary>
    internal int KeptMessages => messages.InUse;

    /// <summary>QoS 1 and 2 messages that came in and are not answered yet.</summary>
    public int Unanswered => unanswered.Count;

    /// <summary>Whether the message of this identifier is not acknowledged to the end.</summary>
    internal bool IsInFlight(ushort packetId) => sender.StateOf(packetId) != SenderState.Free;

    /// <summary>Gives up all that is in flight.</summary>
    internal void ForgetInFlight() => sender.Clear();

    /// <summary>Whether one more message may be sent at QoS 1 or 2 now.</summary>
    public bool CanPublish => CanSend && sender.CanSend;

    /// <summary>Whether a packet identifier is left for a SUBSCRIBE or UNSUBSCRIBE.</summary>
    public bool CanSubscribe => CanSend && sender.CanOpen;

    /// <summary>Returns whether the server ended the connection behind a packet that stood alone, after an answered PINGREQ, and before its answer.</summary>
    /// <param name="isWhole">Whether all of it must have left; otherwise a part is enough.</param>
    /// <param name="packetId">Its packet identifier; 0 for a message at QoS 0.</param>
    internal bool HasSuspect(bool isWhole, out ushort packetId)
    {
        packetId = careful.PacketId;
        return (IsCareful || IsAnswerWrong) && careful.IsSuspect(isWhole);
    }

    /// <summary>Returns the message that is in flight under this identifier; null if none is, or if the server has it and PUBREL was sent.</summary>
    internal ApplicationMessage? MessageOf(ushort packetId) => sender.MessageOf(packetId);

    /// <summary>Counts a connection that the server ended instead of answering this identifier.</summary>
    /// <returns>How many that were.</returns>
    internal int CountEnd(ushort packetId) => sender.CountEnd(packetId);

    /// <summary>Gives up the message of this identifier.</summary>
    internal void GiveUp(ushort packetId)
    {
        bool isReserved = sender.GiveUp(packetId);
        journal?.Note(isReserved ? JournalRecord.Released : JournalRecord.Delivered, packetId); // the next process has PUBREL free it
    }

    /// <summary>Takes over the session of an earlier process.</summary>
    /// <returns>The messages that it did not send, in order; the caller holds the one reference to each.</returns>
    internal List<RestoredMessage> Restore(SavedSession saved)
    {
        foreach (ushort packetId in saved.Released) sender.RestoreReleased(packetId);
        foreach ((ushort packetId, SavedMessage message) in saved.Sent) sender.Restore(packetId, Restore(message), message.Qos, message.Retain);
        foreach (ushort packetId in saved.Received) receiver.Restore(packetId);
        foreach ((ushort packetId, long number) in saved.HandedOver) packets.Numbers?.Restore(packetId, number);
        return saved.Queued.ConvertAll(message => new RestoredMessage(Restore(message), message.Retain));
    }

    /// <summary>Opens a connection with the first packet on it [MQTT-3.1.0-1]. Clean Session forgets what was [MQTT-3.1.2-6].</summary>
    /// <exception cref="ArgumentException">A field would break a rule, which the message names.</exception>
    public void Connect(in ConnectPacket connect, TimeSpan now, IBufferWriter<byte> output)
    {
        if (state != ConnectionState.None) throw new InvalidOperationException("The connection before this one has not ended.");
        output.Write(connect);
        isClean = connect.CleanSession;
        if (isClean) End();
        keepAlive = new KeepAlive(TimeSpan.FromSeconds(connect.KeepAlive), pingTimeout);
        keepAlive.Sent(now, isLast: true, unacknowledged: 0);
        state = ConnectionState.ConnectSent;
        brokeWhileConnected = IsAnswerWrong = false;
    }

    /// <summary>Keeps a copy of a message for <see cref="Publish(ApplicationMessage, QualityOfService, bool, IBufferWriter{byte})"/>; one reference is the
    /// caller's.</summary>
    /// <exception cref="ArgumentException">It is too long for any packet.</exception>
    internal ApplicationMessage Keep(ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload, QualityOfService qos, bool retain)
    {
        long remainingLength = (qos > QualityOfService.AtMostOnce ? 4L : 2L) + topic.Length + payload.Length;
        if (remainingLength > FixedHeader.MaxRemainingLength)
            throw new ArgumentException("The packet is too long: 268435455 bytes is the most behind its fixed header (2.2.3).", nameof(payload));
        ApplicationMessage message = messages.Keep(topic, payload, qos);
        if (journal is not null && qos > QualityOfService.AtMostOnce) message.Number = journal.Queued(topic, payload, qos, retain);
        return message;
    }

    /// <summary>Gives up a message that <see cref="Keep"/> made and that was not sent.</summary>
    internal void Drop(ApplicationMessage message)
    {
        if (message.Qos > QualityOfService.AtMostOnce) journal?.Dropped(message.Number);
        message.Release();
    }

    /// <summary>Sends a message.</summary>
    /// <returns>The packet identifier that <see cref="SessionEventKind.Delivered"/> will name; 0 at QoS 0, where no answer comes.</returns>
    /// <exception cref="ArgumentException">The topic breaks a rule, which the message names.</exception>
    /// <exception cref="InvalidOperationException">Not connected, or at QoS 1 and 2: <see cref="CanPublish"/> is false.</exception>
    public ushort Publish(ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload, QualityOfService qos, bool retain, IBufferWriter<byte> output)
    {
        if (!IsConnected) ThrowNotConnected();
        if (qos == QualityOfService.AtMostOnce)
        {
            output.Write(new PublishPacket { Topic = topic, Payload = payload, Retain = retain }); // [MQTT-4.3.1-1]
            if (IsCareful) StandAlone(0, output);
            return 0;
        }

        if (!TopicName.IsValidInPublish(topic, out ProtocolViolation? violation))
            throw new ArgumentException($"The packet would break a rule: {violation}.", nameof(topic));
        return Publish(Keep(topic, payload, qos, retain), qos, retain, output);
    }

    /// <summary>Sends a message that <see cref="Keep"/> made; the caller's reference becomes the session's.</summary>
    /// <returns>The packet identifier that <see cref="SessionEventKind.Delivered"/> will name; 0 at QoS 0, where no answer comes.</returns>
    /// <exception cref="InvalidOperationException">Not connected, or at QoS 1 and 2: <see cref="CanPublish"/> is false.</exception>
    internal ushort Publish(ApplicationMessage message, QualityOfService qos, bool retain, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (!IsConnected) ThrowNotConnected();
        if (qos == QualityOfService.AtMostOnce)
        {
            output.Write(new PublishPacket { Topic = message.Topic, Payload = message.Payload, Retain = retain });
            message.Release();
            if (IsCareful) StandAlone(0, output);
            return 0;
        }

        ushort packetId = sender.Send(message, qos, retain, output);
        if (IsCareful) StandAlone(packetId, output);
        journal?.Sent(message.Number, packetId);
        return packetId;
    }

    /// <summary>Asks for subscriptions.</summary>
    /// <returns>The packet identifier that <see cref="SessionEventKind.Subscribed"/> will name.</returns>
    public ushort Subscribe(SubscriptionList subscriptions, IBufferWriter<byte> output)
    {
        if (!IsConnected) ThrowNotConnected();
        ushort packetId = sender.Open(PacketType.Subscribe);
        packets.ExpectSubAck(packetId, subscriptions.Count);
        output.Write(new SubscribePacket { PacketId = packetId, Subscriptions = subscriptions });
        if (IsCareful) StandAlone(packetId, output);
        return packetId;
    }

    /// <summary>Ends subscriptions.</summary>
    /// <returns>The packet identifier that <see cref="SessionEventKind.Unsubscribed"/> will name.</returns>
    public ushort Unsubscribe(FilterList filters, IBufferWriter<byte> output)
    {
        if (!IsConnected) ThrowNotConnected();
        ushort packetId = sender.Open(PacketType.Unsubscribe);
        output.Write(new UnsubscribePacket { PacketId = packetId, Filters = filters });
        if (IsCareful) StandAlone(packetId, output);
        return packetId;
    }

    /// <summary>Sends PINGREQ; the answer is <see cref="SessionEventKind.Pong"/>.</summary>
    public void Ping(IBufferWriter<byte> output)
    {
        if (!IsConnected) ThrowNotConnected();
        Ping(output, isDue: false);
    }

    /// <summary>Sends DISCONNECT: the server forgets the Will. Nothing is sent after it [MQTT-3.14.4-2], and the caller closes the connection
    /// [MQTT-3.14.4-1].</summary>
    public void Disconnect(IBufferWriter<byte> output)
    {
        if (!IsConnected) ThrowNotConnected();
        output.Write(new DisconnectPacket());
        state = ConnectionState.DisconnectSent;
    }

    /// <summary>Whether a message came on this connection, so that an answer can leave. Otherwise the server sends it again.</summary>
    public bool CanAnswer(Receipt receipt) => IsConnected && unanswered.IsOfThisConnection(receipt);

    /// <summary>Answers a message that the application has processed, as soon as those that came before it are answered.</summary>
    public void Acknowledge(Receipt receipt, IBufferWriter<byte> output)
    {
        if (receipt.Qos == QualityOfService.AtMostOnce || !unanswered.IsOfThisSession(receipt)) return;
        if (receipt.Qos == QualityOfService.ExactlyOnce) journal?.Note(JournalRecord.Received, receipt.PacketId);
        unanswered.Complete(receipt, IsConnected ? output : DiscardedOutput.Instance);
    }

    /// <summary>Refuses a message for which there is no room [MQTT-4.8.0-2]. It is not answered, and the server sends it again on the next connection; the
    /// caller closes this one.</summary>
    public void Refuse(Receipt receipt)
    {
        if (receipt.Qos != QualityOfService.ExactlyOnce || !unanswered.IsOfThisSession(receipt)) return;
        receiver.Forget(receipt.PacketId);
        unanswered.Refuse(receipt);
    }

    /// <summary>Takes packets off the front of <paramref name="input"/>, answers them, and stops at the first one that concerns the application.</summary>
    /// <returns>False: the rest of <paramref name="input"/> is not a whole packet; the caller keeps it.</returns>
    public bool TryReceive(ref ReadOnlySpan<byte> input, TimeSpan now, IBufferWriter<byte> output, out SessionEvent happened)
    {
        happened = default;
        if (input.Length > 0) keepAlive.Received(now);
        while (state is ConnectionState.ConnectSent or ConnectionState.Connected or ConnectionState.Careful)
        {
            var reader = new PacketReader(input, MqttRole.Server, maximumPacketLength);
            OperationStatus status = reader.Read();
            if (status == OperationStatus.NeedMoreData)
            {
                if (state != ConnectionState.ConnectSent || input.IsEmpty || input[0] >> 4 == (int)PacketType.ConnAck) return false;
                happened = Break(ProtocolViolation.FirstPacketNotConnAck); // [MQTT-3.2.0-1] a greeting of another protocol may complete no packet
                return true;
            }

            if (status == OperationStatus.InvalidData)
            {
                happened = Break(reader.Violation!, (PacketType)(input[0] >> 4));
                return true;
            }

            input = input[reader.Consumed..];
            keepAlive.TookPacket();
            happened = Receive(reader.Header, reader.Body, output);
            if (happened.Kind != SessionEventKind.None) return true;
        }

        input = default; // after a violation or our DISCONNECT, nothing that comes counts
        return false;
    }

    /// <summary>Returns the length in bytes of the packet at the front of <paramref name="input"/>, at most the limit; 0 while its header is
    /// incomplete.</summary>
    internal int LengthOfNext(ReadOnlySpan<byte> input) =>
        FixedHeader.TryRead(input, MqttRole.Server, out FixedHeader header, out _) == OperationStatus.Done
            ? Math.Min(header.PacketLength, maximumPacketLength)
            : 0;

    /// <summary>Sends PINGREQ if it is due. If a server that is not silent leaves that of the careful beginning unanswered, all that waits is sent.</summary>
    /// <returns>False: the server has not answered in time; the caller closes the connection.</returns>
    public bool Tick(TimeSpan now, IBufferWriter<byte> output)
    {
        if (!IsConnected) return true;
        if (keepAlive.IsExpired(now)) return false;
        if (keepAlive.IsPingDue(now)) Ping(output, isDue: true); // [MQTT-3.1.2-23]
        if (IsCareful && now >= careful.AnswerDue) SendFreely(output);
        return true;
    }

    /// <summary>Whether PINGREQs stay unanswered by a server that goes on sending.</summary>
    internal bool ArePingsIgnored => keepAlive.IsIgnored;

    /// <summary>Notes that output is being written to the network.</summary>
    /// <param name="now">The time.</param>
    /// <param name="bytes">Its length.</param>
    /// <param name="isFirst">Whether it carries what was added since the last writes, or goes on with that.</param>
    public void Leaving(TimeSpan now, int bytes, bool isFirst = true)
    {
        keepAlive.Leaving(now, bytes, isFirst);
        if (!isFirst) return;
        if (state == ConnectionState.Connected) sender.MarkLeft(); // the write of a CONNECT carries no message
        else if (IsCareful && careful.Leaving()) sender.MarkLeft(careful.PacketId);
    }

    /// <summary>Notes that output was written to the network.</summary>
    /// <param name="now">The time.</param>
    /// <param name="isLast">Whether all that was added before the first of these writes has left.</param>
    public void Sent(TimeSpan now, bool isLast = true)
    {
        keepAlive.Sent(now, isLast, sender.Bytes);
        if (isLast && IsCareful) careful.Left(now + pingTimeout);
    }

    /// <summary>Notes that reading pauses because the application is behind: PINGREQs are still sent, but no answer is expected.</summary>
    public void PauseReading() => keepAlive.PauseReading();

    /// <summary>Notes that reading goes on.</summary>
    public void ResumeReading(TimeSpan now) => keepAlive.ResumeReading(now);

    /// <summary>Notes that the connection has ended. What is in flight waits for the next one, unless the session was clean.</summary>
    /// <param name="isBroken">Whether the server or the network ended it: not a timeout, and not this client. The next connection then begins with
    /// care.</param>
    public void ConnectionLost(bool isBroken = false)
    {
        if (state != ConnectionState.ConnectSent) isSuspicious = isBroken && (IsConnected || brokeWhileConnected);
        state = ConnectionState.None;
        sender.ConnectionLost();
        packets.ConnectionLost();
        unanswered.ConnectionLost();
        if (isClean) End(); // [MQTT-3.1.2-6]; all else stays [MQTT-3.1.2-4], [MQTT-4.1.0-1]
    }

    private SessionEvent Receive(FixedHeader header, ReadOnlySpan<byte> body, IBufferWriter<byte> output)
    {
        if (state == ConnectionState.ConnectSent) return ReceiveConnAck(header, body, output);
        SessionEvent happened = packets.Take(header, body, output);
        if (happened.Kind == SessionEventKind.Violation) Break(happened.Violation!, header.Type);
        else if (happened.Kind == SessionEventKind.Pong) keepAlive.Answered();
        if (IsCareful) GoOnWithCare(happened.Kind, output);
        return happened;
    }

    private SessionEvent ReceiveConnAck(FixedHeader header, ReadOnlySpan<byte> body, IBufferWriter<byte> output)
    {
        if (header.Type != PacketType.ConnAck) return Break(ProtocolViolation.FirstPacketNotConnAck); // [MQTT-3.2.0-1]
        if (!ConnAckPacket.TryRead(body, out ConnAckPacket connAck, out ProtocolViolation? violation)) return Break(violation);
        if (connAck.ReturnCode != ConnectReturnCode.Accepted)
        {
            state = ConnectionState.Broken; // the server closes [MQTT-3.2.2-5]
            return new SessionEvent { Kind = SessionEventKind.Refused, ReturnCode = connAck.ReturnCode };
        }

        if (connAck.SessionPresent && isClean) return Break(ProtocolViolation.SessionPresentWhenClean); // [MQTT-3.2.2-1]
        bool lost = !connAck.SessionPresent && (sender.InFlight > 0 || receiver.Unreleased > 0);
        int forgotten = connAck.SessionPresent ? 0 : End();
        if (isSuspicious) BeginWithCare(output);
        else SendFreely(output);
        return new SessionEvent { Kind = SessionEventKind.Connected, SessionPresent = connAck.SessionPresent, SessionLost = lost, Forgotten = forgotten };
    }

    private void SendFreely(IBufferWriter<byte> output)
    {
        state = ConnectionState.Connected;
        sender.Resend(output); // [MQTT-4.4.0-1]
    }

    private void BeginWithCare(IBufferWriter<byte> output)
    {
        state = ConnectionState.Careful;
        careful.Begin(CarefulPackets);
        Ping(output, isDue: false);
    }

    /// <summary>Sends the next packet alone if the one that stood is answered.</summary>
    private void GoOnWithCare(SessionEventKind happened, IBufferWriter<byte> output)
    {
        if (happened == SessionEventKind.Pong) careful.Pong();
        if (!careful.IsAnswered(sender)) return;
        if (!careful.GoOn()) SendFreely(output);
        else if (sender.ResendFirst(output) is ushort packetId and > 0) careful.Await(packetId); // [MQTT-4.4.0-1]
    }

    /// <summary>Notes that nothing else leaves before the answer to the packet that was just added.</summary>
    private void StandAlone(ushort packetId, IBufferWriter<byte> output)
    {
        if (packetId > 0)
        {
            careful.Await(packetId);
            return;
        }

        careful.AwaitPong();
        Ping(output, isDue: false);
    }

    private void Ping(IBufferWriter<byte> output, bool isDue)
    {
        output.Write(new PingReqPacket());
        keepAlive.PingQueued(isDue);
        careful.PingQueued();
    }

    private SessionEvent Break(ProtocolViolation violation, PacketType wrong = default)
    {
        brokeWhileConnected = IsConnected;
        IsAnswerWrong = IsCareful && wrong is not (PacketType.Publish or PacketType.PubRel); // what is sent unasked blames no packet
        state = ConnectionState.Broken; // [MQTT-4.8.0-1]
        return new SessionEvent { Kind = SessionEventKind.Violation, Violation = violation };
    }

    private ApplicationMessage Restore(SavedMessage saved)
    {
        ApplicationMessage message = messages.Keep(saved.Topic, saved.Payload, saved.Qos);
        message.Number = saved.Number;
        return message;
    }

    /// <summary>Forgets the session. What may be published anew stays for the next one.</summary>
    /// <returns>The number of messages at QoS 2 that are forgotten because they may have arrived.</returns>
    private int End()
    {
        int forgotten = 0;
        if (RepublishesQos1) forgotten = sender.Renew(RepublishesQos2, journal);
        else sender.Clear();
        receiver.Clear();
        unanswered.Clear();
        packets.Numbers?.Clear();
        journal?.ReceivedForgotten();
        return forgotten;
    }

    [DoesNotReturn]
    private static void ThrowNotConnected() => throw new InvalidOperationException("The session has no connection.");
}
