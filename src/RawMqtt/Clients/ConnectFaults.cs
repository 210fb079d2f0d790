// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Codec;
using RawMqtt.Dialling;
using RawMqtt.Sessions;

namespace RawMqtt.Clients;

/// <summary>The exceptions of a client: what was observed, the likely cause, and what to try.</summary>
internal static class ConnectFaults
{
    public static MqttException Refused(ConnectReturnCode code) => PeerDiagnosis.OfRefusal(null, code);

    public static MqttException NotConnected(Exception failure) => failure switch
    {
        MqttException known => known,
        OperationCanceledException => new(MqttErrorCode.ConnectionLost, "The attempt to connect was given up.", failure),
        _ => new(MqttErrorCode.ConnectionLost, $"The connection could not be made: {failure.Message}", failure),
    };

    public static MqttException NotWritable(ArgumentException failure) =>
        new(MqttErrorCode.InvalidOptions, $"CONNECT cannot be written: {failure.Message}", failure);

    public static MqttException SessionForgotten() => new(MqttErrorCode.SessionLost,
        "The server has forgotten the session: whether the message arrived is not known. The server was restarted, or its sessions expire sooner than this " +
        "client came back.");

    public static MqttException SessionEnded(MqttException cause) => new(MqttErrorCode.SessionLost,
        "The connection ended before the server acknowledged the message, and with CleanSession the session ended with it: whether the message arrived is " +
        "not known. With CleanSession = false it would be sent again.", cause);

    public static MqttException Kicked(MqttException cause, int times) => new(MqttErrorCode.ConnectionLost,
        $"The server accepted the connection and closed it soon after, {times} times in a row. Most likely another client uses the same client identifier, " +
        $"and each throws the other out [MQTT-3.1.4-2]; or the server does not like what is sent first. {cause.Message}", cause)
    {
        CloseCode = cause.CloseCode,
        CloseReason = cause.CloseReason,
    };

    /// <summary>Names a message: topic, length and QoS.</summary>
    public static string NameOf(ApplicationMessage message, int qos)
    {
        string topic = Encoding.UTF8.GetString(message.Topic);
        string shown = topic.Length > 100 ? $"{topic[..100]}..." : topic;
        return $"PUBLISH of topic \"{shown}\" at QoS {qos} with {message.Payload.Length} bytes";
    }

    /// <summary>The server ended the connection behind a packet that stood alone, or answered it against the rules.</summary>
    public static MqttException Suspect(string packet, int ends, int limit, bool isGivenUp, MqttException end)
    {
        string advice = "The server may not allow its topic, or takes no packet of this length";
        string outcome = isGivenUp ? $"{advice}: it is not sent again" : $"After {limit} times it is given up";
        string found = $"It had got {packet} alone, behind an answered PINGREQ, and did not answer it by the rules ({ends} in a row)";
        return new MqttException(isGivenUp ? MqttErrorCode.PacketRejected : end.Code, $"{end.Message} {found}. {outcome}.", end)
        {
            Rule = end.Rule,
            CloseCode = end.CloseCode,
            CloseReason = end.CloseReason,
            IsEndByServer = end.IsEndByServer,
        };
    }

    public static MqttException Downgraded() => new(MqttErrorCode.QosDowngraded,
        "The server answered a message at QoS 2 with PUBACK and not with PUBREC, as RabbitMQ 3 does: it has taken the message, at QoS 1. It is not " +
        "sent again. Publish at QoS 1, or set AcceptPubAckForQos2 to take PUBACK as the end of the delivery.")
    {
        Rule = ProtocolViolation.WrongAcknowledgement.Rule,
    };

    public static MqttException SubscriptionRefused(string filter) => new(MqttErrorCode.SubscriptionRefused,
        $"The server refused the topic filter \"{filter}\" (return code 0x80): the client may not subscribe to it, or the server does not support it.");

    public static MqttException TooFarBehind(bool isClean)
    {
        string consequence = isClean
            ? "with CleanSession the server forgets what it has not delivered, so that it is lost. With CleanSession = false it would be sent again"
            : "the server sends the message again";
        return new MqttException(MqttErrorCode.QueueFull,
            $"A subscription's reader is too far behind, and a message at QoS 1 or 2 found no room [MQTT-4.8.0-2]: the client reconnects, and {consequence}. " +
            "Read faster, or raise MaxMessages or MaxBytes of the subscription.");
    }

    public static MqttException SentAgain() => new(MqttErrorCode.QueueFull,
        "More messages came before the program had subscribed than the client keeps unanswered: the client reconnects, and the server sends them again. " +
        "To avoid this, name the filters in MqttClientOptions.Subscriptions, or call Subscribe before OpenAsync.");

    public static MqttException NotRead(string filter, int messages) => new(MqttErrorCode.QueueFull,
        $"Nothing reads the messages of the topic filter \"{filter}\", and they hold up the answers to all later messages: the client unsubscribes, and " +
        $"{messages} messages go to UnmatchedMessages or are dropped. Read the stream, keep what waits in a SessionFile, or raise MaxWaitingTime.");

    public static MqttException PacketTooLarge(int limit) => new(MqttErrorCode.PacketTooLarge,
        $"The server sent a packet of more than {limit} bytes, and more are not taken [MQTT-4.8.0-2]: nothing was kept of it. Raise MaxPacketLength if it " +
        "was meant for this client.");

    public static MqttException Offline() => new(MqttErrorCode.NotConnected,
        "There is no connection, and OfflinePublishing is Fail. Publish when State is Connected, or let messages wait with MqttOfflinePublishing.Queue.");

    public static MqttException TooLargeToWait(int length, long limit) => new(MqttErrorCode.PacketTooLarge,
        $"The message cannot wait to be sent: it has {length} bytes with its topic, and MaxQueuedBytes is {limit}. Raise MaxQueuedBytes.");

    public static MqttException QueueFull(int messages, long bytes) => new(MqttErrorCode.QueueFull,
        $"The queue of messages to send is full: {messages} messages, {bytes} bytes. Publish more slowly, await what was published, or raise " +
        "MaxQueuedMessages or MaxQueuedBytes.");

    public static MqttException SendBufferFull(int length) => new(MqttErrorCode.QueueFull,
        $"The send buffer is full: {length} bytes wait for the network, and the message at QoS 0 is dropped. Await what was published, publish more slowly, " +
        "or raise MaxQueuedBytes.");

    public static MqttException NotAcknowledged(TimeSpan timeout) => new(MqttErrorCode.AckTimeout,
        $"The server has not answered within the AckTimeout of {timeout.TotalSeconds:0.###} s. Nothing is given up but the waiting: at QoS 1 and 2 the " +
        "message is still delivered if the server answers, or with CleanSession = false on a later connection.");

    public static MqttException Disconnected() => new(MqttErrorCode.NotConnected, "The client was disconnected by DisconnectAsync.");

    public static MqttException Disposed() => new(MqttErrorCode.Disposed, "The client has been disposed of.");

    public static MqttException Aborted() => new(MqttErrorCode.ConnectionLost, "The connection was given up by Abort.") { IsEndByClient = true };

    public static MqttException StreamGivenUp() => new(MqttErrorCode.ConnectionLost, "The stream did not end when it was closed, and is given up.")
    {
        IsEndByClient = true,
    };

    public static MqttException PingsIgnored() => new(MqttErrorCode.KeepAliveExpired,
        $"The server goes on sending and has answered none of {KeepAlive.MaxUnanswered} PINGREQs [MQTT-3.12.4-1].");

    public static MqttException KeepAliveExpired(TimeSpan timeout) => new(MqttErrorCode.KeepAliveExpired,
        $"The server did not answer PINGREQ within {timeout.TotalSeconds:0.###} s: the network is broken without a sign, or the server hangs.");
}
