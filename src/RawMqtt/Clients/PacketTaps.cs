// SPDX-License-Identifier: MIT

using System.Buffers;
using RawMqtt.Codec;

namespace RawMqtt.Clients;

/// <summary>Shows packets to a tap, one in each call.</summary>
internal static class PacketTaps
{
    /// <summary>Shows bytes that leave: always whole packets.</summary>
    public static void ShowSent(MqttTap tap, ReadOnlySpan<byte> packets) => Show(tap, MqttTapDirection.Sent, MqttRole.Client, packets);

    /// <summary>Shows bytes that were taken in: whole packets, except that the last one may be broken.</summary>
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
        catch (Exception)
        {
            // the tap still sees the next packet
        }
    }
}
