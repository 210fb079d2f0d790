// SPDX-License-Identifier: MIT

namespace RawMqtt.Brokers;

/// <summary>The first byte of a <see cref="BrokerRecord.Published"/>.</summary>
[Flags]
internal enum PublishedFlags : byte
{
    /// <summary>The QoS at which it was published.</summary>
    Qos = 0b0000_0011,

    /// <summary>It is the retained message of its topic now.</summary>
    Retained = 0b0000_0100,

    /// <summary>A kept session has published it at QoS 2.</summary>
    Received = 0b0000_1000,

    /// <summary>It was a Will, which is over with that.</summary>
    OfWill = 0b0001_0000,

    /// <summary>Its topic has no retained message now.</summary>
    Unretained = 0b0010_0000,
}
