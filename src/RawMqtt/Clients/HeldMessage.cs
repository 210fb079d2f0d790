// SPDX-License-Identifier: MIT

using System.Buffers;
using RawMqtt.Sessions;

namespace RawMqtt.Clients;

/// <summary>A message that the application acknowledges itself. Several subscriptions may hold it.</summary>
internal sealed class HeldMessage(ClientGate gate, ClientSession session, Receipt receipt, int holders)
{
    /// <summary>Acknowledges the message for one holder; when the last holder has called this, the server gets the answer.</summary>
    public void Release()
    {
        using Turn turn = gate.Enter();
        if (--holders > 0) return;
        // without a connection the answer leaves when the message comes again
        session.Acknowledge(receipt, turn.Output ?? (IBufferWriter<byte>)DiscardedOutput.Instance);
    }
}
