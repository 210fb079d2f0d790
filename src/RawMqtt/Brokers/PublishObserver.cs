// SPDX-License-Identifier: MIT

using RawMqtt.Codec;

namespace RawMqtt.Brokers;

/// <summary>Receives each message that a client publishes, with the connection that it came on.</summary>
internal delegate void PublishObserver(BrokerConnection connection, in PublishPacket packet);
