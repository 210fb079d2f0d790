// SPDX-License-Identifier: MIT

using System.Net;
using System.Net.Sockets;

namespace RawMqtt.Tests.Cli;

/// <summary>A listener that does the same harm to each connection until it is disposed of.</summary>
internal sealed class HostileServer : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly Func<Socket, CancellationToken, Task> harm;
    private readonly TaskCompletionSource first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task accepting;
    private int connections;

    public HostileServer(Func<Socket, CancellationToken, Task> harm)
    {
        this.harm = harm;
        listener.Start();
        accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public int Connections => Volatile.Read(ref connections);

    /// <summary>Completes with the first connection: a client may have given up before a busy machine has taken what the system had accepted.</summary>
    public Task First => first.Task;

    /// <summary>Sends the beginning, and then the rest again and again for as long as the client takes it.</summary>
    public static Func<Socket, CancellationToken, Task> Endless(byte[] beginning, byte[] rest) => async (socket, cancel) =>
    {
        await socket.SendAsync(beginning, cancel);
        while (true) await socket.SendAsync(rest, cancel);
    };

    /// <summary>Sends the bytes one by one, slowly, and stays.</summary>
    public static Func<Socket, CancellationToken, Task> Drip(byte[] bytes) => async (socket, cancel) =>
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        for (int i = 0; await timer.WaitForNextTickAsync(cancel); i++) await socket.SendAsync(bytes.AsMemory(i % bytes.Length, 1), cancel);
    };

    /// <summary>Sends the bytes, and then nothing.</summary>
    public static Func<Socket, CancellationToken, Task> Once(byte[] bytes) => async (socket, cancel) =>
    {
        if (bytes.Length > 0) await socket.SendAsync(bytes, cancel);
        await Task.Delay(Timeout.InfiniteTimeSpan, cancel); // silence is the fault, until the server ends
    };

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Stop();
        await accepting;
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var harming = new List<Task>();
        try
        {
            while (true)
            {
                Socket socket = await listener.AcceptSocketAsync(stop.Token);
                Interlocked.Increment(ref connections);
                first.TrySetResult();
                harming.Add(HarmAsync(socket));
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or SocketException or InvalidOperationException)
        {
            await Task.WhenAll(harming);
        }
    }

    private async Task HarmAsync(Socket socket)
    {
        using (socket)
        {
            try
            {
                await harm(socket, stop.Token);
            }
            catch (Exception failure) when (failure is OperationCanceledException or SocketException or IOException
                or System.Security.Authentication.AuthenticationException)
            {
                // the client has gone, or the test is over
            }
        }
    }
}
