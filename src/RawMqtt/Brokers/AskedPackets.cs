// SPDX-License-Identifier: MIT

namespace RawMqtt.Brokers;

/// <summary>The packets that need an answer of the program that runs the broker.</summary>
[Flags]
internal enum AskedPackets
{
    None = 0b000,
    Connect = 0b001,
    Publish = 0b010,
    Subscribe = 0b100,
}
