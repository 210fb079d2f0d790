// SPDX-License-Identifier: MIT

namespace RawMqtt;

/// <summary>Sees the bytes of a connection as they go over the wire, above TLS: handshake text and frames on <c>ws</c> and <c>wss</c>, MQTT packets on <c>mqtt</c> and <c>mqtts</c>.</summary>
/// <remarks>Passwords are among them. The span is valid during the call alone; reads and writes may call at the same time from two threads.</remarks>
public delegate void MqttTap(MqttTapDirection direction, ReadOnlySpan<byte> bytes);
