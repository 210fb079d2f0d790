// SPDX-License-Identifier: MIT

namespace RawMqtt.Sessions;

/// <summary>What all messages count that wait in the journal alone.</summary>
internal sealed class StoredTotal
{
    public long Bytes { get; set; }
}
