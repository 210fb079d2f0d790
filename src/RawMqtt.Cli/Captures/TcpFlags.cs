// SPDX-License-Identifier: MIT

namespace RawMqtt.Cli.Captures;

/// <summary>The flags of a TCP segment, RFC 9293 3.1.</summary>
[Flags]
internal enum TcpFlags : byte
{
    None = 0,
    Fin = 0b0000_0001,
    Syn = 0b0000_0010,
    Rst = 0b0000_0100,
    Psh = 0b0000_1000,
    Ack = 0b0001_0000,
}
