// SPDX-License-Identifier: MIT

namespace RawMqtt;

/// <summary>Specifies how hard the two ends try to deliver an application message. MQTT 3.1.1, section 4.3.</summary>
public enum QualityOfService : byte
{
    /// <summary>QoS 0, section 4.3.1: the message is sent once and never answered. It is lost if the connection is.</summary>
    AtMostOnce = 0,

    /// <summary>QoS 1, section 4.3.2: the message is sent until it is acknowledged. It may arrive more than once.</summary>
    AtLeastOnce = 1,

    /// <summary>QoS 2, section 4.3.3: the message arrives once. Each delivery takes four packets.</summary>
    ExactlyOnce = 2,
}
