// SPDX-License-Identifier: MIT

using System.Security.Cryptography;
using RawMqtt.WebSockets;

namespace RawMqtt.Tests.WebSockets;

public class MaskingTests
{
    private static readonly byte[] Key = [0x37, 0xFA, 0x21, 0x3D];

    [Fact]
    [Rule("WS-5.3-5")]
    public void Every_length_and_every_distance_equals_the_definition()
    {
        var random = new Random(53);
        int[] lengths = [.. Enumerable.Range(0, 300), 1000, 1023, 1024, 1025, 4095, 16384, 65537];
        foreach (int length in lengths)
        {
            foreach (int distance in new[] { 0, 1, 2, 4, 6, 8, 13, 14, 31, 64, 100 })
            {
                byte[] bytes = new byte[length + distance + 20];
                random.NextBytes(bytes);
                byte[] expected = [.. bytes];
                for (int i = 0; i < length; i++)
                    expected[i] = (byte)(bytes[i + distance] ^ Key[i % 4]);

                uint key = Masking.Move(bytes.AsSpan(distance, length), bytes, BitConverter.ToUInt32(Key));
                Assert.Equal(expected[..length], bytes[..length]);
                if (distance == 0)
                    Assert.Equal(expected, bytes);
                Assert.Equal(expected[(length + distance)..], bytes[(length + distance)..]);
                Assert.Equal(Masking.KeyAt(BitConverter.ToUInt32(Key), length), key);
            }
        }
    }

    /// <summary>Wide steps begin on a cache line, wherever that is.</summary>
    [Fact]
    public void Data_are_masked_wherever_they_begin()
    {
        var random = new Random(54);
        byte[] bytes = new byte[1200];
        for (int start = 0; start <= 64; start++)
        {
            foreach (int length in (int[])[255, 256, 257, 300, 383, 384, 1000])
            {
                foreach (int distance in (int[])[0, 1, 6, 14])
                {
                    random.NextBytes(bytes);
                    byte[] expected = (byte[])bytes.Clone();
                    for (int i = 0; i < length; i++)
                        expected[start + i] = (byte)(bytes[start + distance + i] ^ Key[i % 4]);

                    Masking.Move(bytes.AsSpan(start + distance, length), bytes.AsSpan(start), BitConverter.ToUInt32(Key));
                    Assert.Equal(expected, bytes);
                }
            }
        }
    }

    [Fact]
    [Rule("WS-5.3-5")]
    public void The_key_goes_on_where_a_piece_ends()
    {
        byte[] whole = new byte[1000];
        new Random(1).NextBytes(whole);
        byte[] pieces = [.. whole];
        Masking.Apply(whole, 0x3D21FA37);
        uint key = 0x3D21FA37;
        for (int at = 0, length = 1; at < pieces.Length; at += length, length = (length % 70) + 1)
        {
            length = Math.Min(length, pieces.Length - at);
            key = Masking.Apply(pieces.AsSpan(at, length), key);
        }

        Assert.Equal(whole, pieces);
    }

    [Fact]
    public void Another_array_is_not_written_beyond_the_end()
    {
        byte[] target = new byte[200];
        Masking.Move(new byte[100], target, 0x01010101);
        Assert.All(target[..100], octet => Assert.Equal(1, octet));
        Assert.All(target[100..], octet => Assert.Equal(0, octet));
        Assert.Throws<ArgumentOutOfRangeException>(() => Masking.Move(new byte[2], new byte[1], 1));
    }

    [Fact]
    [Rule("WS-5.3-2", "WS-5.3-4")]
    public void Keys_are_taken_in_order_and_never_twice()
    {
        int refills = 0;
        uint next = 0;
        var keys = new MaskKeys(pool =>
        {
            refills++;
            Assert.Equal(4096, pool.Length);
            for (int i = 0; i < pool.Length; i += 4)
                BitConverter.TryWriteBytes(pool[i..], next++);
        });
        Assert.Equal(0, refills);
        for (uint i = 0; i < 5000; i++)
            Assert.Equal(i, keys.Next());
        Assert.Equal(5, refills);
    }

    [Fact]
    [Rule("WS-5.1-1", "WS-5.3-1", "WS-5.3-2", "WS-5.3-3", "WS-5.3-4", "WS-10.3-1")]
    public void Keys_on_the_wire_are_distinct_and_unbiased()
    {
        const int Frames = 20_000;
        int[] ones = new int[32];
        HashSet<uint> seen = [];
        byte[] frame = new byte[20];
        foreach (MaskKeys keys in new[] { new MaskKeys(RandomNumberGenerator.Fill), new MaskKeys(RandomNumberGenerator.Fill) })
        {
            for (int i = 0; i < Frames / 2; i++)
            {
                Frame.Write(frame, Opcode.Binary, [1, 2], keys);
                Assert.Equal(0x82, frame[1]);
                uint key = BitConverter.ToUInt32(frame, 2);
                seen.Add(key);
                for (int bit = 0; bit < 32; bit++)
                    ones[bit] += (int)(key >> bit & 1);
            }
        }

        // Of 20 000 draws from 2^32 about 0.05 pairs are equal by chance; each bit is one half within five sigma.
        Assert.InRange(seen.Count, Frames - 2, Frames);
        double sigma = Math.Sqrt(Frames) / 2;
        Assert.All(ones, count => Assert.InRange(count, (Frames / 2) - (5 * sigma), (Frames / 2) + (5 * sigma)));
    }
}
