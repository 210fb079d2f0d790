// SPDX-License-Identifier: MIT

using System.Net;
using System.Net.Sockets;
using RawMqtt.Transports;

namespace RawMqtt.Serving;

/// <summary>Admits network connections within <see cref="MqttBrokerLimits.MaxConnections"/>, <see cref="MqttBrokerLimits.MaxConnectionsPerAddress"/> and the
/// handles of the process.</summary>
internal sealed class Admission(LockedCore core, MqttBrokerLimits limits, ProxyTrust proxies, BrokerReports reports)
{
    private readonly AddressCounts addresses = new(limits.MaxConnectionsPerAddress);
    private int untrustedReported;

    /// <summary>Adds a new connection to the core, unless a limit is reached.</summary>
    /// <param name="connection">The new connection.</param>
    /// <param name="socket">Its socket; null for a stream without one.</param>
    /// <returns>Whether it was added.</returns>
    public bool TryAdmit(ServedConnection connection, Socket? socket)
    {
        bool isLast = socket is not null && HandleLimit.IsReached(socket);
        lock (core.Gate)
        {
            IPAddress? address = connection.RemoteAddress?.Address;
            bool isAdmitted = !isLast && core.Core.Connections.Count < limits.MaxConnections &&
                (address is null || proxies.IsTrusted(address) || TryCount(connection, address));
            if (!isAdmitted)
            {
                core.Core.Statistics.ConnectionsRefused++;
                return false;
            }

            connection.Connection = core.Core.Accept(core.Now);
            connection.Connection.Carrier = connection;
            return true;
        }
    }

    /// <summary>Counts a connection of a trusted proxy for the client behind it, when the opening handshakes are done and the client's address is
    /// known.</summary>
    public void CountClient(ServedConnection connection)
    {
        if (connection is { Stream: WebSocketStream { Request: { } request }, RemoteAddress: { } proxy })
        {
            connection.ForwardedAddress = proxies.ClientOf(proxy.Address, request);
            bool isUntrusted = connection.ForwardedAddress == ProxyTrust.Unknown && !proxies.IsTrusted(proxy.Address);
            if (isUntrusted && Interlocked.Exchange(ref untrustedReported, 1) == 0) reports.ProxyUntrusted(connection);
        }

        using CoreUse use = core.Enter();
        use.Core.MarkDirty(connection.Connection); // the core may have ended it meanwhile: now its end can be carried out
        IPAddress? address = (connection.ForwardedAddress ?? connection.RemoteAddress)?.Address;
        if (connection.CountedAddress is not null || address is null || TryCount(connection, address)) return;
        use.Core.Statistics.ConnectionsRefused++;
        use.Core.End(connection.Connection, MqttConnectionEnd.TooMany, use.Now);
    }

    /// <summary>Ends the counting of a connection that is over.</summary>
    public void Release(ServedConnection connection)
    {
        lock (core.Gate)
        {
            if (connection.CountedAddress is { } address) addresses.Remove(address);
        }
    }

    private bool TryCount(ServedConnection connection, IPAddress address)
    {
        if (!addresses.TryAdd(address)) return false;
        connection.CountedAddress = address;
        return true;
    }
}
