// SPDX-License-Identifier: MIT

namespace RawMqtt.Sessions;

/// <summary>How a message stands in a session.</summary>
/// <param name="PacketId">Its packet identifier if it is in flight; 0 if it waits.</param>
/// <param name="Qos">The QoS of the delivery.</param>
/// <param name="Retain">The RETAIN bit of the delivery.</param>
/// <param name="Message">The message; null if it stands in the journal alone.</param>
internal readonly record struct SessionDelivery(ushort PacketId, QualityOfService Qos, bool Retain, ApplicationMessage? Message);
