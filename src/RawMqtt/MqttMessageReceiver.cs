// SPDX-License-Identifier: MIT

namespace RawMqtt;

/// <summary>Receives one message on the thread that reads the connection. Return soon, and do not block.</summary>
/// <remarks>A receiver may publish, but must not wait for the publish to complete. At QoS 1 and 2 the message is acknowledged when the receiver
/// returns. An exception is logged and counted, and the message counts as received.</remarks>
/// <param name="message">The message; valid only during the call.</param>
public delegate void MqttMessageReceiver(in MqttMessageView message);
