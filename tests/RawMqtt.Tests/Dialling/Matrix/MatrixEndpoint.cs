// SPDX-License-Identifier: MIT

using System.Net;
using System.Net.Sockets;

namespace RawMqtt.Tests.Dialling.Matrix;

/// <summary>A listener of a few lines that does what some other program would do on that port.</summary>
internal sealed class MatrixEndpoint : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Task accepting = Task.CompletedTask;

    /// <param name="serve">Gets each connection; the connection ends when it returns. Null: nothing listens on the port.</param>
    public MatrixEndpoint(Func<Socket, CancellationToken, Task>? serve)
    {
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        if (serve is null) return;
        listener.Listen();
        accepting = AcceptAsync(serve);
    }

    public int Port => ((IPEndPoint)listener.LocalEndPoint!).Port;

    public MqttTlsOptions? Tls { get; init; }

    public string Host { get; init; } = "127.0.0.1";

    public string Path { get; init; } = "/mqtt";

    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The clock of a client at an endpoint that never answers; null for the system's.</summary>
    public ManualTime? Time { get; init; }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Dispose();
        await accepting;
        stop.Dispose();
    }

    private async Task AcceptAsync(Func<Socket, CancellationToken, Task> serve)
    {
        var serving = new List<Task>();
        try
        {
            while (true) serving.Add(ServeAsync(await listener.AcceptAsync(stop.Token), serve));
        }
        catch (Exception end) when (end is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(Socket socket, Func<Socket, CancellationToken, Task> serve)
    {
        using (socket)
        {
            try
            {
                await serve(socket, stop.Token);
            }
            catch (Exception end) when (end is not Xunit.Sdk.XunitException)
            {
                // the client left, or refused the certificate, as it should
            }
        }
    }
}
