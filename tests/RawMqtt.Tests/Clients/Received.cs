// SPDX-License-Identifier: MIT

using RawMqtt.Codec;

namespace RawMqtt.Tests.Clients;

/// <summary>A packet that the server got.</summary>
internal sealed record Received(FixedHeader Header, byte[] Body);
