// SPDX-License-Identifier: MIT

using System.Runtime.CompilerServices;

namespace RawMqtt.Clients;

/// <summary>Guards a client's session and all that belongs to it. A caller enters, appends packets, and leaves; what was appended is then written.</summary>
/// <remarks>While the gate is held, no code of the application runs and nothing is awaited.</remarks>
internal sealed class ClientGate
{
    public Lock Lock { get; } = new();

    /// <summary>The writer of the connection that the server has accepted; null while there is none.</summary>
    public ConnectionWriter? Writer { get; set; }

    /// <summary>Takes the lock until the entry is disposed of.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public GateEntry Enter()
    {
        Lock.Enter();
        return new GateEntry(Lock, Writer);
    }

    /// <summary>Takes the lock for a connection that the server may not have accepted yet.</summary>
    public GateEntry Enter(ConnectionWriter writer)
    {
        Lock.Enter();
        return new GateEntry(Lock, writer);
    }
}
