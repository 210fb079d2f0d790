// SPDX-License-Identifier: MIT

using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using RawMqtt.Benchmarks.Brokers;

namespace RawMqtt.Benchmarks.Fleets;

/// <summary>One thread plays all clients. Open loop: a message is sent when it is due, whatever became of those before it, and its latency counts from
/// then on.</summary>
internal sealed class FleetLoad : IDisposable
{
    private const int PayloadSize = 64;
    private const int WarmUp = 4; // seconds, in which most of the broker's code is compiled for good

    private readonly FleetPlan plan;
    private readonly BrokerProcess broker;
    private readonly RawClient[] clients;
    private readonly RawClient[] idle;
    private readonly byte[][] packets;
    private readonly Epoll epoll = new();
    private readonly LatencyHistogram histogram = new();
    private readonly RawClient.Taken[] taken;
    private long measuredFrom;
    private long received;
    private long sent;

    public FleetLoad(FleetPlan plan, BrokerProcess broker)
    {
        this.plan = plan;
        this.broker = broker;
        int port = plan.Scheme == "ws" ? broker.Ws : broker.Tcp;
        idle = ConnectAll("idle", plan.Idle, port);
        clients = ConnectAll("fleet", plan.Clients, port);
        packets = new byte[clients.Length][];
        taken = new RawClient.Taken[clients.Length];
        for (int i = 0; i < clients.Length; i++)
        {
            clients[i].Subscribe(Encoding.ASCII.GetBytes(TopicOf(i)), plan.Qos);
            packets[i] = PacketTo((i + 1) % clients.Length);
            RawClient own = clients[i];
            taken[i] = (type, _, body) => Take(own, type, body);
            epoll.Add(own.Handle, i);
        }
    }

    public FleetFigures Run()
    {
        long start = Stopwatch.GetTimestamp();
        long second = Stopwatch.Frequency;
        measuredFrom = start + (WarmUp * second);
        long end = measuredFrom + (plan.Seconds * second);
        TimeSpan cpu = default, own = default;
        for (long next = 0; ;)
        {
            long now = Stopwatch.GetTimestamp();
            if (now > end) break;
            if (cpu == default && now >= measuredFrom) (cpu, own) = (broker.Cpu, Process.GetCurrentProcess().TotalProcessorTime);
            long due = start + (long)((double)next * second / plan.Rate);
            for (; due <= now; due = start + (long)(++next * (double)second / plan.Rate)) Send((int)(next % clients.Length), due);
            epoll.Wait((due - now) * 1000 / second > 1 ? 1 : 0, Receive);
        }

        TimeSpan used = broker.Cpu - cpu;
        TimeSpan usedHere = Process.GetCurrentProcess().TotalProcessorTime - own;
        for (long patience = Stopwatch.GetTimestamp() + second; received < sent && Stopwatch.GetTimestamp() < patience;) epoll.Wait(10, Receive);
        long measured = Math.Max(1, histogram.Count); // a broker that lags behind may deliver none in time
        return new FleetFigures(broker.Name, plan, histogram.Count, used.TotalMicroseconds / measured, usedHere.TotalMicroseconds / measured,
            histogram.At(0.5), histogram.At(0.99), histogram.At(0.999), histogram.Max, sent - received);
    }

    public void Dispose()
    {
        foreach (RawClient client in clients) client.Reset();
        foreach (RawClient client in idle) client.Reset();
    }

    private static string TopicOf(int client) => string.Create(CultureInfo.InvariantCulture, $"fleet/{client:00000}");

    private RawClient[] ConnectAll(string name, int number, int port)
    {
        var connected = new RawClient[number];
        Parallel.For(0, number, new ParallelOptions { MaxDegreeOfParallelism = 16 }, i =>
        {
            connected[i] = new RawClient(plan.Scheme, port, small: true);
            connected[i].Connect($"{name}{i}");
        });
        return connected;
    }

    private byte[] PacketTo(int client)
    {
        byte[] topic = Encoding.ASCII.GetBytes(TopicOf(client));
        int idSize = plan.Qos > 0 ? 2 : 0;
        byte[] packet = new byte[2 + 2 + topic.Length + idSize + PayloadSize];
        packet[0] = (byte)(0x30 | (plan.Qos << 1));
        packet[1] = (byte)(packet.Length - 2);
        packet[3] = (byte)topic.Length;
        topic.CopyTo(packet, 4);
        if (plan.Qos > 0) packet[5 + topic.Length] = 1;
        return packet;
    }

    private void Send(int client, long due)
    {
        byte[] packet = packets[client];
        if (plan.Qos > 0) BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(packet.Length - PayloadSize - 2), (ushort)((sent % 60_000) + 1));
        BinaryPrimitives.WriteInt64BigEndian(packet.AsSpan(packet.Length - PayloadSize), due);
        clients[client].Send(packet);
        sent++;
    }

    private void Receive(int client)
    {
        if (!clients[client].Receive(taken[client])) throw new IOException("The broker closed a connection.");
    }

    private void Take(RawClient own, int type, ReadOnlySpan<byte> body)
    {
        if (type != 3) return;
        received++;
        long due = BinaryPrimitives.ReadInt64BigEndian(body[^PayloadSize..]);
        if (due >= measuredFrom) histogram.Add((Stopwatch.GetTimestamp() - due) * 1_000_000 / Stopwatch.Frequency);
        if (plan.Qos == 0) return;
        int at = 2 + body[1];
        own.Send([0x40, 2, body[at], body[at + 1]]);
    }
}
