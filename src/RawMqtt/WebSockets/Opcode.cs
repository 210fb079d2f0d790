// SPDX-License-Identifier: MIT

namespace RawMqtt.WebSockets;

/// <summary>What a frame carries, RFC 6455 5.2. The top bit of the four tells a control frame.</summary>
internal enum Opcode : byte
{
    Continuation = 0x0,     // [WS-5.2-4]
    Text = 0x1,
    Binary = 0x2,
    Close = 0x8,
    Ping = 0x9,
    Pong = 0xA,
}
