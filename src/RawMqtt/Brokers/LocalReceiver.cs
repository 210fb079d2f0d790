// SPDX-License-Identifier: MIT

using RawMqtt.Codec;

namespace RawMqtt.Brokers;

/// <summary>Receives the messages of a subscription that the program itself made.</summary>
/// <returns>Whether the clients that publish to it must wait until <see cref="BrokerCore.ResumePublishers"/>.</returns>
internal delegate bool LocalReceiver(in PublishPacket packet);
