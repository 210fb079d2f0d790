// SPDX-License-Identifier: MIT

namespace RawMqtt;

/// <summary>Sees the bytes of a connection as they go over the wire, above TLS: handshake text and frames on <c>ws</c> and <c>wss</c>, MQTT packets on
/// <c>mqtt</c> and <c>mqtts</c>.</summary>
/// <remarks>The bytes can contain passwords. Reads and writes may call at the same time from two threads.</remarks>
/// <param name="direction">The direction of the bytes.</param>
/// <param name="bytes">The bytes; valid only during the call.</param>
public delegate void MqttTap(MqttTapDirection direction, ReadOnlySpan<byte> bytes);
