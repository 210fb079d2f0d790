// SPDX-License-Identifier: MIT

namespace RawMqtt;

/// <summary>How the messages of one subscription are taken.</summary>
public sealed record MqttSubscribeOptions
{
    /// <summary>Sees each message where it was received, instead of the stream; null for the stream.</summary>
    public MqttMessageReceiver? Receiver { get; init; }

    /// <summary>Messages at QoS 1 and 2 are acknowledged when <see cref="MqttMessage.Acknowledge"/> says so, and not before; in the order of their arrival
    /// all the same, so one that is never acknowledged holds up all behind it. Only with the stream.</summary>
    public bool ManualAcknowledgement { get; init; }

    /// <summary>A filter that the server refuses is no error: <see cref="MqttSubscription.Granted"/> says which.</summary>
    public bool AllowRefused { get; init; }

    /// <summary>Messages in the stream at which nothing more is read from the connection until the reader has caught up.</summary>
    public int MaxMessages { get; init; } = 1024;

    /// <summary>Bytes in the stream at which nothing more is read from the connection until the reader has caught up.</summary>
    public long MaxBytes { get; init; } = 1 << 20;
}
