// SPDX-License-Identifier: MIT

namespace RawMqtt.Sessions;

/// <summary>A message received at QoS 1 or 2 that is to be acknowledged; at QoS 0 there is nothing to do.</summary>
/// <param name="PacketId">That of the PUBLISH.</param>
/// <param name="Qos">That of the PUBLISH.</param>
/// <param name="Number">Its place in the order of arrival, through all connections of the session.</param>
internal readonly record struct Receipt(ushort PacketId, QualityOfService Qos, long Number);
