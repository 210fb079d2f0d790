// SPDX-License-Identifier: MIT

using System.Net;
using System.Net.Sockets;

namespace RawMqtt.Dialling;

/// <summary>What happened with one address of a host.</summary>
internal sealed class HostFailure(IPAddress host, SocketError error)
{
    public IPAddress Host => host;

    public SocketError Error => error;
}
