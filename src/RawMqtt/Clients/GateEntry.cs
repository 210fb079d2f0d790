// SPDX-License-Identifier: MIT

using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using RawMqtt.Sessions;

namespace RawMqtt.Clients;

/// <summary>One visit behind the gate. When it ends, the lock is released, and what was appended to <see cref="Output"/> is on its way.</summary>
internal readonly ref struct GateEntry
{
    private readonly Lock gate;

    internal GateEntry(Lock gate, ConnectionWriter? writer)
    {
        this.gate = gate;
        Writer = writer;
    }

    /// <summary>The connection's writer; null while there is no connection.</summary>
    public ConnectionWriter? Writer { get; }

    /// <summary>Takes the packets to send; null while there is no connection.</summary>
    public OutgoingBuffer? Output => Writer?.Output;

    [MemberNotNullWhen(true, nameof(Writer), nameof(Output))]
    public bool HasConnection => Writer is not null;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Dispose()
    {
        FlushStep step = Writer?.ChooseFlush() ?? FlushStep.None;
        gate.Exit();
        if (step != FlushStep.None) Writer!.Flush(step);
    }
}
