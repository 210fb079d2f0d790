// SPDX-License-Identifier: MIT

using System.Net.WebSockets;
using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using RawMqtt.WebSockets;
using WebSocketStream = RawMqtt.Transports.WebSocketStream;

namespace RawMqtt.Benchmarks.WebSockets;

/// <summary>64 KiB of frames as one read brings them; times are per frame, and include the copy out of the stream, which stands alone in the last
/// row.</summary>
[MemoryDiagnoser]
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "Nothing below holds anything.")]
public class ReceiveFrame
{
    internal const int Frames = 60;      // the most of 1 KiB that fit in 64 KiB

    private readonly byte[] buffer = new byte[1 << 16];
    private byte[] wire = [];
    private FrameReader reader = null!;
    private WebSocketStream stream = null!;
    private WebSocket framework = null!;

    [Params(16, 1024)]
    public int Payload { get; set; }

    [Params(WebSocketRole.Server, WebSocketRole.Client)]
    public WebSocketRole Role { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        byte[] payload = RandomNumberGenerator.GetBytes(Payload);
        wire = new byte[Frames * (FrameHeader.SizeFor(Payload, Role == WebSocketRole.Server) + Payload)];
        MaskKeys? keys = Role == WebSocketRole.Server ? new MaskKeys(RandomNumberGenerator.Fill) : null;
        for (int at = 0; at < wire.Length;)
            at += Frame.Write(wire.AsSpan(at), Opcode.Binary, payload, keys);
        reader = new FrameReader(Role, int.MaxValue, acceptsText: false);
        stream = new WebSocketStream(new NullStream(wire), Role);
        framework = WebSocket.CreateFromStream(new NullStream(wire),
            new WebSocketCreationOptions { IsServer = Role == WebSocketRole.Server, KeepAliveInterval = TimeSpan.Zero });
    }

    /// <summary>Unmask and squeeze.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Frames)]
    public int RawMqttInMemory()
    {
        wire.AsSpan().CopyTo(buffer);
        int read = 0;
        int written = 0;
        reader.TrySqueeze(buffer.AsSpan(0, wire.Length), ref read, ref written, out _);
        return written == Frames * Payload ? written : throw new InvalidOperationException();
    }

    [Benchmark(OperationsPerInvoke = Frames)]
    public async Task<int> RawMqttStream()
    {
        int left = Frames * Payload;
        while (left > 0)
            left -= await stream.ReadAsync(buffer);
        return left;
    }

    [Benchmark(OperationsPerInvoke = Frames)]
    public async Task<int> ManagedWebSocket()
    {
        int left = Frames * Payload;
        while (left > 0)
            left -= (await framework.ReceiveAsync(buffer.AsMemory(), CancellationToken.None)).Count;
        return left;
    }

    [Benchmark(OperationsPerInvoke = Frames)]
    public int CopyAlone()
    {
        wire.AsSpan().CopyTo(buffer);
        return wire.Length;
    }
}
