// SPDX-License-Identifier: MIT

using System.Net;
using System.Net.Sockets;
using RawMqtt.Tests.Codec.Vectors;

namespace RawMqtt.Tests.Serving;

/// <summary>A message through the whole broker, sockets included, costs next to no memory.</summary>
[Collection(MeasuresMemory.Name)]
public sealed class ShellAllocationTests(ITestOutputHelper output)
{
    private const int Count = 1000;
    private const int Turns = 10;

    [Fact]
    public async Task A_message_at_QoS_0_costs_no_list()
    {
        await using MqttBroker broker = await MqttBroker.StartAsync(
            new MqttBrokerOptions { Listeners = ["mqtt://127.0.0.1:0"], SystemTopicsInterval = TimeSpan.Zero }, TestContext.Current.CancellationToken);
        using var client = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.Connect(IPAddress.Loopback, new Uri(broker.Addresses[0]).Port);
        client.Send(ByteText.Parse("10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 'c' | 82 06 00 01 00 01 'a' 00"));
        byte[] received = new byte[9];
        Receive(client, received);

        byte[] publish = ByteText.Parse("30 04 00 01 'a' 'x'");
        for (int i = 0; i < 1000; i++) Round(client, publish, received);
        double each = double.MaxValue;
        for (int turn = 0; turn < Turns; turn++) each = Math.Min(each, BytesPerRound(client, publish, received));

        output.WriteLine($"{each} bytes a message");
        Assert.InRange(each, 0, 8); // a list for each flush would be 32
    }

    [Fact]
    public async Task A_message_at_QoS_1_to_a_kept_session_with_a_journal_costs_no_list()
    {
        string data = Directory.CreateTempSubdirectory("rawmqtt-journal-").FullName;
        await using (MqttBroker broker = await MqttBroker.StartAsync(
            new MqttBrokerOptions
            {
                Listeners = ["mqtt://127.0.0.1:0"],
                SystemTopicsInterval = TimeSpan.Zero,
                Durability = MqttDurability.Process,
                DataDirectory = data,
            },
            TestContext.Current.CancellationToken))
        {
            using var client = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            client.Connect(IPAddress.Loopback, new Uri(broker.Addresses[0]).Port);
            client.Send(ByteText.Parse("10 0d | 00 04 'MQTT' 04 00 00 00 | 00 01 'c' | 82 06 00 01 00 01 'a' 01"));
            byte[] received = new byte[12];
            Receive(client, received.AsSpan(0, 9));

            byte[] publish = ByteText.Parse("32 06 00 01 'a' 00 07 'x'");
            byte[] acknowledgement = ByteText.Parse("40 02 00 00");
            for (int i = 0; i < 1000; i++) AcknowledgedRound(client, publish, received, acknowledgement);
            double each = double.MaxValue;
            for (int turn = 0; turn < Turns; turn++)
            {
                long before = GC.GetTotalAllocatedBytes(precise: true);
                for (int i = 0; i < Count; i++) AcknowledgedRound(client, publish, received, acknowledgement);
                each = Math.Min(each, (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)Count);
            }

            output.WriteLine($"{each} bytes a message");
            Assert.InRange(each, 0, 8);
            Assert.True(broker.Statistics.MessagesSent >= 1000 + (Turns * Count));
        }

        Directory.Delete(data, recursive: true);
    }

    /// <summary>PUBLISH, then the message and PUBACK, then PUBACK for the message.</summary>
    private static void AcknowledgedRound(Socket client, byte[] publish, byte[] received, byte[] acknowledgement)
    {
        client.Send(publish);
        Receive(client, received);
        received.AsSpan(5, 2).CopyTo(acknowledgement.AsSpan(2));
        client.Send(acknowledgement);
    }

    /// <summary>What a message must cost is in each turn. What the rest of the process allocates meanwhile, more of it the busier the machine is, is in some
    /// turns only, so the least counts.</summary>
    private static double BytesPerRound(Socket client, byte[] publish, byte[] received)
    {
        long before = GC.GetTotalAllocatedBytes(precise: true);
        for (int i = 0; i < Count; i++) Round(client, publish, received);
        return (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)Count;
    }

    private static void Round(Socket client, byte[] publish, byte[] received)
    {
        client.Send(publish);
        Receive(client, received.AsSpan(0, publish.Length));
    }

    private static void Receive(Socket client, Span<byte> into)
    {
        while (!into.IsEmpty) into = into[client.Receive(into)..];
    }
}
