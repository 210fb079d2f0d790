// SPDX-License-Identifier: MIT

namespace RawMqtt.Sessions;

/// <summary>A message that an earlier process did not send.</summary>
internal sealed class RestoredMessage(ApplicationMessage message, bool retain)
{
    public ApplicationMessage Message => message;

    public bool Retain => retain;
}
