// SPDX-License-Identifier: MIT

namespace RawMqtt.Cli.Captures;

/// <summary>A packet of a capture.</summary>
/// <param name="Time">When it was captured.</param>
/// <param name="LinkType">What its bytes begin with, as the list of link types of tcpdump numbers it.</param>
/// <param name="Bytes">Its bytes, perhaps cut.</param>
internal readonly record struct CapturedPacket(DateTimeOffset Time, int LinkType, ReadOnlyMemory<byte> Bytes);
