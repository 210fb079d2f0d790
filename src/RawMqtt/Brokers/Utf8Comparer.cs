// SPDX-License-Identifier: MIT

using System.Runtime.InteropServices;

namespace RawMqtt.Brokers;

/// <summary>Compares topics, levels and client identifiers byte for byte [MQTT-4.7.3-4], and looks them up by a span.</summary>
/// <param name="seed">A number that peers cannot know, so that they cannot choose names that collide.</param>
internal sealed class Utf8Comparer(ulong seed) : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
{
    private const ulong Odd = 0x9E37_79B9_7F4A_7C15;

    public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();

    public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

    public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

    public int GetHashCode(byte[] obj) => GetHashCode(obj.AsSpan());

    public int GetHashCode(ReadOnlySpan<byte> alternate)
    {
        ulong hash = seed ^ ((ulong)alternate.Length * Odd);
        while (alternate.Length >= 8)
        {
            hash = Mix(hash, MemoryMarshal.Read<ulong>(alternate));
            alternate = alternate[8..];
        }

        ulong rest = 0;
        for (int i = 0; i < alternate.Length; i++) rest |= (ulong)alternate[i] << (8 * i);
        hash = Mix(hash, rest);
        return (int)(hash ^ hash >> 32);
    }

    private ulong Mix(ulong hash, ulong word)
    {
        ulong high = Math.BigMul(hash ^ word, Odd ^ seed << 1, out ulong low);
        return high ^ low;
    }
}
