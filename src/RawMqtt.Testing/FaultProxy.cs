// SPDX-License-Identifier: MIT

using System.Net;
using System.Net.Sockets;

namespace RawMqtt.Testing;

/// <summary>A TCP proxy on the loopback interface that makes the connections through it fail. It works on the machine's clock.</summary>
public sealed class FaultProxy : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly int target;
    private readonly Func<int, Fault> plan;
    private readonly Task accepting;
    private int connections;

    /// <summary>Starts a proxy on a free port.</summary>
    /// <param name="target">The port of the server.</param>
    /// <param name="plan">What happens to the connection of each number, from 1 on.</param>
    public FaultProxy(int target, Func<int, Fault> plan)
    {
        this.target = target;
        this.plan = plan;
        listener.Start();
        accepting = AcceptAsync();
    }

    /// <summary>Gets the port to connect to.</summary>
    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Gets the number of connections so far.</summary>
    public int Connections => Volatile.Read(ref connections);

    /// <summary>Ends all connections and the proxy.</summary>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await accepting;
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var passing = new List<Task>();
        try
        {
            while (true)
            {
                Socket client = await listener.AcceptSocketAsync(stop.Token);
                passing.Add(PassAsync(client, plan(Interlocked.Increment(ref connections))));
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or InvalidOperationException)
        {
            await Task.WhenAll(passing);
        }
    }

    private async Task PassAsync(Socket client, Fault fault)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, target, stop.Token);
            var budget = new LinkBudget(fault.CutAfter);
            bool isCut = await await Task.WhenAny(CopyAsync(client, server, fault, budget), CopyAsync(server, client, fault, budget));
            if (isCut && fault.End == FaultEnd.HalfOpen) await Task.Delay(Timeout.InfiniteTimeSpan, stop.Token); // silence is the fault, until the proxy ends
            if (!isCut || fault.End != FaultEnd.Reset) return;
            client.LingerState = server.LingerState = new LingerOption(true, 0);
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // one of the ends is gone, or the proxy
        }
        finally
        {
            client.Dispose();
        }
    }

    /// <summary>Whether it was the fault, and not an end, that ended it.</summary>
    private async Task<bool> CopyAsync(Socket from, Socket to, Fault fault, LinkBudget budget)
    {
        byte[] buffer = new byte[fault.SliceLength];
        try
        {
            while (true)
            {
                int read = await from.ReceiveAsync(buffer, stop.Token);
                if (read == 0) return false;
                int allowed = budget.Take(read);
                if (fault.Delay > TimeSpan.Zero) await Task.Delay(fault.Delay, stop.Token); // lateness is the fault, and real sockets have no virtual clock
                if (allowed > 0) await to.SendAsync(buffer.AsMemory(0, allowed), stop.Token);
                if (allowed < read) return true;
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return false;
        }
    }
}
