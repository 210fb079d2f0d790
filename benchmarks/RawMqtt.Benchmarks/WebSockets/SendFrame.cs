// SPDX-License-Identifier: MIT

using System.Net.WebSockets;
using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using RawMqtt.WebSockets;
using WebSocketStream = RawMqtt.Transports.WebSocketStream;

namespace RawMqtt.Benchmarks.WebSockets;

/// <summary>One binary frame, into memory and into a stream that takes everything at once.</summary>
[MemoryDiagnoser]
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "Nothing below holds anything.")]
public class SendFrame
{
    internal const int Frames = 64;

    private readonly byte[] target = new byte[1 << 17];
    private readonly NullStream below = new([0]);
    private MaskKeys? keys;
    private byte[] payload = [];
    private WebSocketStream stream = null!;
    private WebSocket framework = null!;

    [Params(16, 1024)]
    public int Payload { get; set; }

    [Params(WebSocketRole.Client, WebSocketRole.Server)]
    public WebSocketRole Role { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        payload = RandomNumberGenerator.GetBytes(Payload);
        keys = Role == WebSocketRole.Client ? new MaskKeys(RandomNumberGenerator.Fill) : null;
        stream = new WebSocketStream(below, Role);
        framework = WebSocket.CreateFromStream(below,
            new WebSocketCreationOptions { IsServer = Role == WebSocketRole.Server, KeepAliveInterval = TimeSpan.Zero });
    }

    /// <summary>Header, key and payload into a span: the work of the protocol.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Frames)]
    public int RawMqttInMemory()
    {
        int at = 0;
        for (int i = 0; i < Frames; i++)
            at += Frame.Write(target.AsSpan(at), Opcode.Binary, payload, keys);
        return at;
    }

    /// <summary>A write to the stream, with its gate and its rented buffer.</summary>
    [Benchmark(OperationsPerInvoke = Frames)]
    public async Task RawMqttStream()
    {
        for (int i = 0; i < Frames; i++)
            await stream.WriteAsync(payload);
    }

    [Benchmark(OperationsPerInvoke = Frames)]
    public async Task ManagedWebSocket()
    {
        for (int i = 0; i < Frames; i++)
            await framework.SendAsync(payload.AsMemory(), WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);
    }
}
