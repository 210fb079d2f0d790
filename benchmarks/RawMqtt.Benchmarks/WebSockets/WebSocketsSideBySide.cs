// SPDX-License-Identifier: MIT

using RawMqtt.WebSockets;

namespace RawMqtt.Benchmarks.WebSockets;

/// <summary>The table of <c>benchmarks/README.md</c>: frames sent, frames received and masking, ours and the framework's in turns.</summary>
internal static class WebSocketsSideBySide
{
    private const int Masks = 100;

    public static void Run()
    {
        foreach (WebSocketRole role in Enum.GetValues<WebSocketRole>())
        {
            foreach (int payload in new[] { 16, 1024 })
            {
                SendFrame send = new() { Role = role, Payload = payload };
                send.Setup();
                SideBySide.Run($"send a frame of {payload} bytes, {role}",
                [
                    new Contestant("RawMqtt, in memory", send.RawMqttInMemory, SendFrame.Frames),
                    new Contestant("RawMqtt, WebSocketStream", () => Wait(send.RawMqttStream()), SendFrame.Frames),
                    new Contestant("ManagedWebSocket", () => Wait(send.ManagedWebSocket()), SendFrame.Frames),
                ]);

                ReceiveFrame receive = new() { Role = role, Payload = payload };
                receive.Setup();
                SideBySide.Run($"receive a frame of {payload} bytes, {role}",
                [
                    new Contestant("RawMqtt, in memory", receive.RawMqttInMemory, ReceiveFrame.Frames),
                    new Contestant("RawMqtt, WebSocketStream", () => Wait(receive.RawMqttStream()), ReceiveFrame.Frames),
                    new Contestant("ManagedWebSocket", () => Wait(receive.ManagedWebSocket()), ReceiveFrame.Frames),
                    new Contestant("the copy alone", receive.CopyAlone, ReceiveFrame.Frames),
                ]);
            }
        }

        foreach (int length in new[] { 16, 128, 1024, 16384 })
        {
            MaskInPlace mask = new() { Length = length };
            mask.Setup();
            SideBySide.Run($"mask {length} bytes in place",
            [
                new Contestant("RawMqtt", () => Times(() => mask.RawMqtt()), Masks),
                new Contestant("16-byte steps", () => Times(mask.Loop128), Masks),
                new Contestant("32-byte steps", () => Times(mask.Loop256), Masks),
                new Contestant("64-byte steps", () => Times(mask.Loop512), Masks),
                new Contestant("8-byte steps", () => Times(mask.LoopOf8Bytes), Masks),
            ]);
        }
    }

    private static int Times(Action mask)
    {
        for (int i = 0; i < Masks; i++)
            mask();
        return Masks;
    }

    // Everything here completes at once.
    private static int Wait(Task done)
    {
        done.GetAwaiter().GetResult();
        return 0;
    }
}
