// SPDX-License-Identifier: MIT

using System.Net.Sockets;
using RawMqtt.Benchmarks.Brokers;

namespace RawMqtt.Benchmarks.EndToEnd;

/// <summary>What the machine allows: a blocking socket for each direction, nothing checked, QoS 0 alone.</summary>
internal sealed class FloorLoad : ILoadClient
{
    private RawClient? client;
    private Thread? reading;

    public Task ConnectAsync(string address)
    {
        client = new RawClient("ws", new Uri(address).Port);
        client.Connect("floor");
        return Task.CompletedTask;
    }

    public Task SubscribeAsync(int qos, PayloadSink sink)
    {
        client!.Subscribe(Load.TopicUtf8, 0);
        RawClient.Taken taken = (_, _, body) => sink(body[(2 + Load.TopicUtf8.Length)..]);
        reading = new Thread(() => ReadAll(client, taken));
        reading.Start();
        return Task.CompletedTask;
    }

    public ValueTask PublishAsync(ReadOnlyMemory<byte> payload, int qos)
    {
        ReadOnlySpan<byte> topic = Load.TopicUtf8;
        client!.Send([0x30, (byte)(2 + topic.Length + payload.Length), 0, (byte)topic.Length, .. topic, .. payload.Span]);
        return ValueTask.CompletedTask;
    }

    public Task PingAsync() => throw new NotSupportedException();

    public ValueTask DisposeAsync()
    {
        client!.Reset();
        reading?.Join();
        return ValueTask.CompletedTask;
    }

    private static void ReadAll(RawClient client, RawClient.Taken taken)
    {
        try
        {
            while (client.Receive(taken))
            {
            }
        }
        catch (SocketException)
        {
            // the load is over
        }
    }
}
