// SPDX-License-Identifier: MIT

namespace RawMqtt;

/// <summary>How hard the two ends try to deliver an application message. MQTT 3.1.1, section 4.3.</summary>
public enum QualityOfService : byte
{
    /// <summary>QoS 0, 4.3.1: sent once, never answered; lost if the connection is.</summary>
    AtMostOnce = 0,

    /// <summary>QoS 1, 4.3.2: repeated until acknowledged; may arrive more than once.</summary>
    AtLeastOnce = 1,

    /// <summary>QoS 2, 4.3.3: arrives once, at the price of four packets.</summary>
    ExactlyOnce = 2,
}
