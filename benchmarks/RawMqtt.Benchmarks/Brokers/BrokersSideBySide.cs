// SPDX-License-Identifier: MIT

using System.Diagnostics;
using System.Globalization;

namespace RawMqtt.Benchmarks.Brokers;

/// <summary>Our broker and mosquitto in turns, over the same load: only ratios of one run count.</summary>
internal static class BrokersSideBySide
{
    private const int Rounds = 4;

    private static string only = "";

    /// <param name="parts">throughput, durable, latency, connects, memory; none: all. <c>--only TEXT</c>: the loads with this name.</param>
    public static void Run(string[] parts)
    {
        if (Array.IndexOf(parts, "--only") is var at and >= 0) (only, parts) = (parts[at + 1], [.. parts[..at], .. parts[(at + 2)..]]);
        Console.WriteLine($"\n{Environment.ProcessorCount} processors, .NET {Environment.Version}; the load runs beside the brokers\n");
        if (Wants("throughput")) Throughput();
        if (Wants("durable")) Durable();
        if (parts.Length > 0 && !parts.Any(part => part is "memory" or "latency" or "connects")) return;
        using BrokerProcess mosquitto = BrokerProcess.Mosquitto(20);
        using BrokerProcess ours = BrokerProcess.Ours();
        if (Wants("memory")) Memory();
        if (Wants("latency")) Latency([mosquitto, ours]);
        if (Wants("connects")) Connects([mosquitto, ours]);

        bool Wants(string part) => parts.Length == 0 || parts.Contains(part);
    }

    private static void Throughput()
    {
        using BrokerProcess ours = BrokerProcess.Ours();
        using BrokerProcess oneCore = BrokerProcess.Ours(cores: "0");
        using BrokerProcess mosquitto = BrokerProcess.Mosquitto(20);
        using BrokerProcess wide = BrokerProcess.Mosquitto(1000); // with a window of 20 the run at QoS 2 did not finish
        Console.WriteLine($"| best of {Rounds} rounds in turns | broker | messages/s in | CPU s per million | against mosquitto |\n|---|---|---|---|---|");
        foreach (string scheme in new[] { "ws", "tcp" })
        {
            Compare($"{scheme}, QoS 0, 16 B", scheme, 0, 16, 1, 2_000_000, 200_000, [mosquitto, ours, oneCore]);
            Compare($"{scheme}, QoS 1, 128 B", scheme, 1, 128, 1, 400_000, 50_000, [wide, mosquitto, ours, oneCore]);
            Compare($"{scheme}, QoS 2, 128 B", scheme, 2, 128, 1, 300_000, 25_000, [wide, ours, oneCore]);
            Compare($"{scheme}, QoS 0, 128 B, 1 to 100", scheme, 0, 128, 100, 30_000, 3_000, [mosquitto, ours, oneCore]);
        }
    }

    /// <summary>The subscriber's session is kept, so that each message is noted.</summary>
    private static void Durable()
    {
        using BrokerProcess mosquitto = BrokerProcess.Mosquitto(1000);
        using BrokerProcess none = BrokerProcess.Ours();
        using BrokerProcess process = BrokerProcess.Durable(MqttDurability.Process);
        using BrokerProcess disk = BrokerProcess.Durable(MqttDurability.Disk);
        Console.WriteLine($"| kept session, best of {Rounds} rounds in turns | broker | messages/s in | CPU s per million | against the first |");
        Console.WriteLine("|---|---|---|---|---|");
        BrokerProcess[] brokers = [mosquitto, none, process, disk];
        Compare("ws, QoS 1, 128 B", "ws", 1, 128, 1, 400_000, 50_000, brokers, keepsSession: true);
        Compare("ws, QoS 2, 128 B", "ws", 2, 128, 1, 200_000, 0, brokers[1..], keepsSession: true); // mosquitto does not finish with a session that it resumes
        Compare("ws, QoS 0, 16 B", "ws", 0, 16, 1, 1_000_000, 100_000, brokers);
        if ("a lone message".Contains(only, StringComparison.Ordinal)) LoneMessages(brokers);
    }

    /// <summary>One message at a time to a kept session, until it has come and its publisher has the PUBACK.</summary>
    private static void LoneMessages(BrokerProcess[] brokers)
    {
        Console.WriteLine("\n| a lone message, ws, QoS 1, 128 B, 1000/s | p50, us | p99, us | p50 against None |\n|---|---|---|---|");
        List<double>[] times = [.. brokers.Select(_ => new List<double>())];
        for (int round = 0; round <= Rounds; round++)
        {
            for (int i = 0; i < brokers.Length; i++)
            {
                List<double> got = LoneMessages(brokers[i], 1000);
                if (round > 0) times[i].AddRange(got); // the first one warms up
            }
        }

        foreach (List<double> own in times) own.Sort();
        double none = times[1][times[1].Count / 2];
        for (int i = 0; i < brokers.Length; i++)
        {
            List<double> own = times[i];
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {brokers[i].Name} | {own[own.Count / 2]:0} | {own[own.Count * 99 / 100]:0} | {own[own.Count / 2] / none:0.00} x |"));
        }
    }

    private static List<double> LoneMessages(BrokerProcess broker, int count)
    {
        using var publisher = new RawClient("ws", broker.Ws);
        using var subscriber = new RawClient("ws", broker.Ws);
        publisher.Connect("lone-publisher");
        subscriber.Connect("lone-subscriber", keepsSession: true);
        subscriber.Subscribe("lone"u8, 1);
        byte[] packet = [0x32, 136, 1, 0, 4, .. "lone"u8, 0, 1, .. new byte[128]];
        var times = new List<double>(count);
        for (int i = 0; i < count; i++)
        {
            long start = Stopwatch.GetTimestamp();
            publisher.Send(packet);
            for (bool came = false; !came;)
            {
                subscriber.Receive((type, _, body) =>
                {
                    came |= type == 3;
                    if (type == 3) subscriber.Send([0x40, 2, body[6], body[7]]);
                });
            }

            for (bool came = false; !came;) publisher.Receive((type, _, _) => came |= type == 4);
            times.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
            while (Stopwatch.GetElapsedTime(start) < TimeSpan.FromMilliseconds(1)) Thread.Yield();
        }

        return times;
    }

    /// <summary>Idle connections to this build and another one, three rounds in turns.</summary>
    /// <param name="other">NAME=RawMqtt.Benchmarks.dll of the other.</param>
    public static void Idle(string other)
    {
        Console.WriteLine("\n| idle connections | broker | KB each |\n|---|---|---|");
        string[] parts = other.Split('=', 2);
        for (int round = 0; round < 3; round++)
        {
            foreach (string scheme in new[] { "ws", "tcp" })
            {
                PrintIdle(() => BrokerProcess.OfBuild(parts[0], parts[1]), scheme, 9000);
                PrintIdle(() => BrokerProcess.Ours(), scheme, 9000);
            }
        }
    }

    /// <summary>Serves with all defaults, until it is killed.</summary>
    public static async Task ServeAsync(string ws, string tcp, MqttDurability durability = MqttDurability.None, string? folder = null)
    {
        Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1"); // as the tool does
        await using MqttBroker broker =
            await MqttBroker.StartAsync(new MqttBrokerOptions
            {
                Listeners = [$"ws://127.0.0.1:{ws}/mqtt", $"mqtt://127.0.0.1:{tcp}"],
                Durability = durability,
                DataDirectory = folder,
            });
        await Task.Delay(Timeout.Infinite);
    }

    private static void Compare(string title, string scheme, int qos, int payload, int subscribers, long count, long mosquittoCount, BrokerProcess[] brokers,
        bool keepsSession = false)
    {
        if (!title.Contains(only, StringComparison.Ordinal)) return;
        (double PerSecond, double Cpu)[] best = new (double, double)[brokers.Length];
        for (int round = 0; round <= Rounds; round++)
        {
            for (int i = 0; i < brokers.Length; i++)
            {
                bool isOurs = brokers[i].Name.StartsWith("RawMqtt", StringComparison.Ordinal);
                long messages = isOurs ? count : mosquittoCount;
                (double PerSecond, double Cpu) got = new ThroughputRun(brokers[i], scheme, qos, payload, subscribers, messages, keepsSession).Run();
                if (round > 0 && got.PerSecond > best[i].PerSecond) best[i] = got; // the first one warms up
            }
        }

        for (int i = 0; i < brokers.Length; i++)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {title} | {brokers[i].Name} | {best[i].PerSecond:#,0} | {best[i].Cpu:0.00} | {best[i].PerSecond / best[0].PerSecond:0.0} x |"));
        }
    }

    private static void Latency(BrokerProcess[] brokers)
    {
        Console.WriteLine("\n| ws, QoS 0, 1000 messages/s, one client there and back | p50, us | p99, us | max, us |\n|---|---|---|---|");
        foreach (BrokerProcess broker in brokers)
        {
            using var client = new RawClient("ws", broker.Ws);
            client.Connect("latency");
            client.Subscribe("l"u8, 0);
            var times = new List<double>();
            for (int i = 0; i < 6000; i++)
            {
                long start = Stopwatch.GetTimestamp();
                bool came = false;
                client.Send([0x30, 19, 0, 1, (byte)'l', .. new byte[16]]);
                while (!came) client.Receive((_, _, _) => came = true);
                if (i >= 1000) times.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
                while (Stopwatch.GetElapsedTime(start) < TimeSpan.FromMilliseconds(1)) Thread.Yield();
            }

            times.Sort();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {broker.Name} | {times[times.Count / 2]:0} | {times[times.Count * 99 / 100]:0} | {times[^1]:0} |"));
        }
    }

    private static void Connects(BrokerProcess[] brokers)
    {
        Console.WriteLine("\n| WebSocket connects, CONNACK included, 8 at a time | per second |\n|---|---|");
        foreach (BrokerProcess broker in brokers)
        {
            int number = broker == brokers[0] ? 400 : 16_000;
            if (broker != brokers[0]) Parallel.For(0, 2000, i => new RawClient("ws", broker.Ws, small: true).Reset()); // warms up
            long start = Stopwatch.GetTimestamp();
            Parallel.For(0, number, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
            {
                var client = new RawClient("ws", broker.Ws, small: true);
                client.Connect($"c{i}");
                client.Reset();
            });
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {broker.Name} | {number / Stopwatch.GetElapsedTime(start).TotalSeconds:#,0} |"));
        }
    }

    private static void Memory()
    {
        Console.WriteLine("\n| idle connections | broker | KB each |\n|---|---|---|");
        foreach (string scheme in new[] { "ws", "tcp" })
        {
            PrintIdle(() => BrokerProcess.Mosquitto(20), scheme, scheme == "ws" ? 900 : 9000); // over ws it takes 10 a second, one by one
            PrintIdle(() => BrokerProcess.Ours(), scheme, 9000);
        }
    }

    private static void PrintIdle(Func<BrokerProcess> start, string scheme, int number)
    {
        using BrokerProcess broker = start(); // what an earlier load left would be used again
        for (int i = 0; i < 10; i++)
        {
            // what is compiled meanwhile is no connection's
            foreach (RawClient client in ConnectAll(broker, scheme, number / 30, "first")) client.Reset();
        }

        Thread.Sleep(2000);
        long before = broker.Memory;
        RawClient[] clients = ConnectAll(broker, scheme, number, "idle");
        Thread.Sleep(2000);
        double each = (broker.Memory - before) / 1024.0 / number;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {number} over {scheme} | {broker.Name} | {each:0.0} |"));
        foreach (RawClient client in clients) client.Reset();
    }

    private static RawClient[] ConnectAll(BrokerProcess broker, string scheme, int number, string name)
    {
        var clients = new RawClient[number];
        Parallel.For(0, number, new ParallelOptions { MaxDegreeOfParallelism = 64 }, i =>
        {
            clients[i] = new RawClient(scheme, scheme == "ws" ? broker.Ws : broker.Tcp, small: true);
            clients[i].Connect($"{name}{i}");
        });
        return clients;
    }
}
