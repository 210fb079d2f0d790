// SPDX-License-Identifier: MIT

using System.Buffers;
using RawMqtt.Codec;

namespace RawMqtt.Clients;

/// <summary>Shows packets to a tap, one a call.</summary>
internal static class PacketTaps
{
    /// <summary>Bytes that leave are always whole packets.</summary>
    public static void ShowAll(MqttTap tap, ReadOnlySpan<byte> packets) => Show(tap, MqttTapDirection.Sent, MqttRole.Client, packets);

    /// <summary>Bytes that were taken in are whole packets, but for a broken one at their end.</summary>
    public static void ShowReceived(MqttTap tap, ReadOnlySpan<byte> packets) => Show(tap, MqttTapDirection.Received, MqttRole.Server, packets);

    private static void Show(MqttTap tap, MqttTapDirection direction, MqttRole sender, ReadOnlySpan<byte> packets)
    {
        var reader = new PacketReader(packets, sender);
        int start = 0;
        while (reader.Read() == OperationStatus.Done)
        {
            Show(tap, direction, packets[start..reader.Consumed]);
            start = reader.Consumed;
        }

        if (start < packets.Length) Show(tap, direction, packets[start..]);
    }

    private static void Show(MqttTap tap, MqttTapDirection direction, ReadOnlySpan<byte> packet)
    {
        try
        {
            tap(direction, packet);
        }
        catch (Exception) // whatever the application's code throws, the client lives on
        {
            // it sees the next packet all the same
        }
    }
}
