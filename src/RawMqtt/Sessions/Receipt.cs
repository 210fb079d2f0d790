// SPDX-License-Identifier: MIT

namespace RawMqtt.Sessions;

/// <summary>Names a message received at QoS 1 or 2, for its acknowledgement; at QoS 0 nothing is acknowledged.</summary>
/// <param name="PacketId">The packet identifier of the PUBLISH.</param>
/// <param name="Qos">The QoS of the PUBLISH.</param>
/// <param name="Number">Its place in the order of arrival, through all connections of the session.</param>
public readonly record struct Receipt(ushort PacketId, QualityOfService Qos, long Number);
