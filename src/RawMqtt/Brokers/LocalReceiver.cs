// SPDX-License-Identifier: MIT

using RawMqtt.Codec;

namespace RawMqtt.Brokers;

/// <summary>Receives the messages of a subscription that the program itself made.</summary>
internal delegate void LocalReceiver(in PublishPacket packet);
