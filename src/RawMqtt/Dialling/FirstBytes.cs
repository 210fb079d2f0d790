// SPDX-License-Identifier: MIT

using RawMqtt.Transports;

namespace RawMqtt.Dialling;

/// <summary>Keeps the first bytes that a peer sent, so that the message of a failed handshake can name the peer's protocol.</summary>
internal sealed class FirstBytes
{
    private readonly byte[] bytes = new byte[512];
    private int count;

    public ReadOnlySpan<byte> Received => bytes.AsSpan(0, count);

    /// <summary>Gets whether the bytes are a plain HTTP answer.</summary>
    public bool AreHttp => Received.StartsWith("HTTP/"u8);

    /// <summary>Gets whether the bytes are a TLS record: an alert (21) or a handshake (22) of any version 3.x, RFC 8446 5.1.</summary>
    public bool AreTls => Received is [21 or 22, 3, _, ..];

    /// <summary>Keeps received bytes; the tap of a <see cref="TapStream"/>.</summary>
    public void Keep(MqttTapDirection direction, ReadOnlySpan<byte> part)
    {
        if (direction != MqttTapDirection.Received || count == bytes.Length) return;
        part = part[..Math.Min(part.Length, bytes.Length - count)];
        part.CopyTo(bytes.AsSpan(count));
        count += part.Length;
    }
}
