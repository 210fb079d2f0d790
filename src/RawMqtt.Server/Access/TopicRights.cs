// SPDX-License-Identifier: MIT

namespace RawMqtt.Server.Access;

/// <summary>What a rule allows with a topic; none: it denies both.</summary>
[Flags]
internal enum TopicRights
{
    None = 0b00,
    Read = 0b01,
    Write = 0b10,
}
