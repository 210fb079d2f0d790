// SPDX-License-Identifier: MIT

using System.Buffers;
using RawMqtt.Sessions;

namespace RawMqtt.Clients;

/// <summary>A message that the application acknowledges itself; several subscriptions may hold it.</summary>
internal sealed class HeldMessage(ClientCore core, Receipt receipt, int holders)
{
    /// <summary>One holder is done; the last one's word counts.</summary>
    public void Done()
    {
        ClientConnection? connection;
        FlushStep step = FlushStep.None;
        lock (core.Gate)
        {
            if (--holders > 0) return;
            connection = core.Connection;
            core.Session.Acknowledge(receipt, connection?.Output ?? (IBufferWriter<byte>)DiscardedOutput.Instance); // without a connection the answer leaves when the message comes again
            if (connection is not null) step = connection.Appended();
        }

        connection?.Flush(step);
    }
}
