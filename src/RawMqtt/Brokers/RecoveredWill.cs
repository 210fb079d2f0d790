// SPDX-License-Identifier: MIT

namespace RawMqtt.Brokers;

/// <summary>The Will of a connection that ended with the process.</summary>
internal sealed record RecoveredWill(byte[] ClientId, byte[]? UserName, byte[] Topic, byte[] Payload, QualityOfService Qos, bool Retain);
