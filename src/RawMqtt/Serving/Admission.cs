// SPDX-License-Identifier: MIT

using System.Net;
using System.Net.Sockets;
using RawMqtt.Transports;

namespace RawMqtt.Serving;

/// <summary>Admits network connections within <see cref="MqttBrokerLimits.MaxConnections"/>, <see cref="MqttBrokerLimits.MaxConnectionsPerAddress"/> and the
/// handles of the process.</summary>
internal sealed class Admission(LockedCore core, MqttBrokerLimits limits, ProxyTrust proxies, BrokerReports reports)
{
    private readonly AddressCounts addresses = new(HandleLimit.ShareOf(limits.MaxConnectionsPerAddress));
    private int unclearReported; // a bit for each kind of proxy

    /// <summary>Adds a new connection to the core, unless a limit is reached.</summary>
    /// <param name="connection">The new connection.</param>
    /// <param name="socket">Its socket; null for a stream without one.</param>
    /// <returns>Whether it was added.</returns>
    public bool TryAdmit(ServedConnection connection, Socket? socket)
    {
        string? limit = socket is not null && HandleLimit.IsReached(socket) ? "handles" : null;
        lock (core.Gate)
        {
            limit ??= LimitReached(connection);
            if (limit is null)
            {
                connection.Connection = core.Core.Accept(core.Now);
                connection.Connection.Carrier = connection;
                connection.Connection.IsOwn = connection.IsOwn;
                connection.Connection.Queue = connection.Queue;
                connection.Connection.Origin = OriginOf(connection.RemoteAddress?.Address);
                return true;
            }

            core.Core.Statistics.ConnectionsRefused++;
        }

        reports.NotAdmitted(connection, limit);
        return false;
    }

    /// <summary>Counts a connection of a trusted proxy for the client behind it, when the opening handshakes are done and the client's address is
    /// known.</summary>
    public void CountClient(ServedConnection connection)
    {
        if (connection.RemoteAddress is { Address: { } peer })
        {
            var webSocket = connection.Stream as WebSocketStream;
            connection.ForwardedAddress = proxies.ClientOf(peer, webSocket?.Request, out bool isUnclear);
            if (webSocket is not null) webSocket.Request = null; // an idle connection holds little
            int kind = proxies.IsTrusted(peer) ? 2 : 1;
            if (isUnclear && (Interlocked.Or(ref unclearReported, kind) & kind) == 0) reports.ProxyUnclear(connection, isTrusted: kind == 2);
        }

        using CoreUse use = core.Enter();
        use.Core.MarkDirty(connection.Connection); // the core may have ended it meanwhile: now its end can be carried out
        IPAddress? address = (connection.ForwardedAddress ?? connection.RemoteAddress)?.Address;
        connection.Connection.Origin = OriginOf(address);
        if (connection.CountedAddress is not null || address is null || TryCount(connection, address)) return;
        use.Core.Statistics.ConnectionsRefused++;
        connection.Connection.Limit = nameof(limits.MaxConnectionsPerAddress);
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

    private static byte[]? OriginOf(IPAddress? address) => address is null ? null : AddressKey.Of(address).GetAddressBytes();

    /// <summary>Returns the limit that keeps a new connection out; null for none.</summary>
    private string? LimitReached(ServedConnection connection)
    {
        if (core.Core.Connections.Count >= limits.MaxConnections) return nameof(limits.MaxConnections);
        IPAddress? address = connection.RemoteAddress?.Address;
        return address is null || proxies.IsTrusted(address) || TryCount(connection, address) ? null : nameof(limits.MaxConnectionsPerAddress);
    }

    private bool TryCount(ServedConnection connection, IPAddress address)
    {
        IPAddress counted = AddressKey.Of(address);
        if (!addresses.TryAdd(counted)) return false;
        connection.CountedAddress = counted;
        return true;
    }
}
