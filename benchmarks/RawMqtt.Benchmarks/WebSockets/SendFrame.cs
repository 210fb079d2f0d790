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

    private readonly byte[] _target = new byte[1 << 17];
    private readonly NullStream _below = new([0]);
    private MaskKeys? _keys;
    private byte[] _payload = [];
    private WebSocketStream _stream = null!;
    private WebSocket _framework = null!;

    [Params(16, 1024)]
    public int Payload { get; set; }

    [Params(WebSocketRole.Client, WebSocketRole.Server)]
    public WebSocketRole Role { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _payload = RandomNumberGenerator.GetBytes(Payload);
        _keys = Role == WebSocketRole.Client ? new MaskKeys(RandomNumberGenerator.Fill) : null;
        _stream = new WebSocketStream(_below, Role);
        _framework = WebSocket.CreateFromStream(_below, new WebSocketCreationOptions { IsServer = Role == WebSocketRole.Server, KeepAliveInterval = TimeSpan.Zero });
    }

    /// <summary>Header, key and payload into a span: the work of the protocol.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Frames)]
    public int RawMqttInMemory()
    {
        int at = 0;
        for (int i = 0; i < Frames; i++)
            at += Frame.Write(_target.AsSpan(at), Opcode.Binary, _payload, _keys);
        return at;
    }

    /// <summary>A write to the stream, with its gate and its rented buffer.</summary>
    [Benchmark(OperationsPerInvoke = Frames)]
    public async Task RawMqttStream()
    {
        for (int i = 0; i < Frames; i++)
            await _stream.WriteAsync(_payload);
    }

    [Benchmark(OperationsPerInvoke = Frames)]
    public async Task ManagedWebSocket()
    {
        for (int i = 0; i < Frames; i++)
            await _framework.SendAsync(_payload.AsMemory(), WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);
    }
}
