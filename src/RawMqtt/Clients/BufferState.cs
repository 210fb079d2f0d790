// SPDX-License-Identifier: MIT

namespace RawMqtt.Clients;

/// <summary>The state of a <see cref="MessageBuffer"/> after a message was offered to it.</summary>
internal enum BufferState
{
    /// <summary>It took the message and has room for more.</summary>
    HasRoom,

    /// <summary>It took the message and is full now.</summary>
    Full,

    /// <summary>It did not take the message: it has ended.</summary>
    Ended,
}
