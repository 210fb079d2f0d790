using System.Net.Sockets;
using RawMqtt.Tests.Codec.Vectors;

namespace RawMqtt.Tests;

/// <summary>The broker behind real sockets.</summary>
public class MqttBrokerTests
{
    [Fact]
    public async Task Serves_a_connection_over_tcp()
    {
        await using MqttBroker broker = await MqttBroker.StartAsync(new MqttBrokerOptions { Listeners = ["mqtt://127.0.0.1:0"] }, TestContext.Current.CancellationToken);
        using var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", new Uri(broker.Addresses[0]).Port, TestContext.Current.CancellationToken);
        NetworkStream stream = socket.GetStream();

        await stream.WriteAsync(ByteText.Parse("10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 'c' | c0 00"), TestContext.Current.CancellationToken);
        byte[] answer = new byte[6];
        await stream.ReadExactlyAsync(answer, TestContext.Current.CancellationToken);

        Assert.Equal(ByteText.Parse("20 02 00 00 | d0 00"), answer);
    }
}
