// SPDX-License-Identifier: MIT

using System.Net;
using System.Net.Sockets;

namespace RawMqtt.Attacks;

/// <summary>W3, W7 and W8: what takes the broker's memory or the places of others.</summary>
internal static class Hoards
{
    /// <summary>500 connections, each with 1 MiB of a PUBLISH that never ends; those that the broker ends come again.</summary>
    public static void UnfinishedPublishes(Target target)
    {
        byte[] begun = [0x30, .. Wire.Length(15 << 20), 0, 1, (byte)'a', .. new byte[1 << 20]];
        Again(target, 500, i => [.. Wire.Connect($"unfinished{i}"), .. begun]);
    }

    /// <summary>1000 connections, each with 320 KB of a CONNECT that never ends.</summary>
    public static void UnfinishedConnects(Target target)
    {
        byte[] begun = [0x10, .. Wire.Length(327_000), 0, 4, .. "MQTT"u8, 4, 0xc6, 0, 0, .. new byte[320_000]];
        Again(target, 1000, _ => begun);
    }

    /// <summary>New kept sessions without end.</summary>
    public static void Sessions(Target target)
    {
        int number = 0;
        for (int i = 0; i < 4; i++)
        {
            target.Start(() =>
            {
                using Socket socket = Wire.Dial(target.TcpPort, from: IPAddress.Parse("127.0.0.2"));
                socket.Send([.. Wire.Connect($"kept{Interlocked.Increment(ref number)}", isClean: false), .. Wire.Subscribe("honest/#", 1)]);
                Wire.ReadPacket(socket);
                Wire.ReadPacket(socket);
            });
        }
    }

    /// <summary>Two clients retain messages under new topics without end, first of all as many as the broker keeps.</summary>
    public static void Retained(Target target)
    {
        int number = 0;
        Socket[] hoarders = [target.Connect("hoarder0"), target.Connect("hoarder1")];
        for (int i = 0; i <= ServedBroker.MaxRetained; i += 1000) Send(hoarders[0]);
        hoarders[0].Send([0xc0, 0]);
        Wire.ReadPacket(hoarders[0]);
        foreach (Socket hoarder in hoarders) target.Start(() => Send(hoarder));

        void Send(Socket socket) => socket.Send([.. Enumerable.Range(0, 1000).SelectMany(_ =>
            Wire.Publish($"hoard/{Interlocked.Increment(ref number)}", "x", 0, 0, true))]);
    }

    /// <summary>Retains a message under a new topic of an honest client, replaces it by a longer one, and looks for that.</summary>
    public static string? FindLostRetained(Target target)
    {
        using Socket owner = Wire.Dial(target.TcpPort, patience: 20_000);
        owner.Send([.. Wire.Connect("owner"), .. Wire.Publish("own", "first", 1, 1, true), .. Wire.Publish("own", "second, longer", 1, 2, true)]);
        for (int i = 0; i < 3; i++) Wire.ReadPacket(owner);
        owner.Send(Wire.Subscribe("own", 0));
        Wire.ReadPacket(owner);
        owner.Send([0xc0, 0]);
        return Wire.ReadPacket(owner).AsSpan().EndsWith("second, longer"u8) ? null : "does not keep an honest client's message";
    }

    /// <summary>Keeps so many connections; those that the broker ends come again.</summary>
    private static void Again(Target target, int count, Func<int, byte[]> bytesOf)
    {
        const int Threads = 4;
        for (int thread = 0; thread < Threads; thread++)
        {
            int first = thread;
            var open = new Socket?[count];
            var pace = new AutoResetEvent(false);
            target.Start(() =>
            {
                for (int i = first; i < count && !target.IsOver; i += Threads)
                {
                    if (open[i] is { } socket && !(socket.Poll(0, SelectMode.SelectRead) && socket.Available == 0)) continue;
                    open[i]?.Dispose();
                    open[i] = Begin(target, bytesOf(i));
                }

                pace.WaitOne(10);
            });
        }
    }

    private static Socket? Begin(Target target, byte[] bytes)
    {
        try
        {
            Socket socket = target.Dial();
            socket.SendTimeout = 100;
            socket.Send(bytes);
            return socket;
        }
        catch (SocketException)
        {
            return null; // the broker does not take it, or has ended it
        }
    }
}
