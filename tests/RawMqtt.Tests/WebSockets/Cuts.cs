// SPDX-License-Identifier: MIT

namespace RawMqtt.Tests.WebSockets;

/// <summary>The ways in which TCP may hand over the same bytes: whole, byte by byte, cut once at every place, cut at random.</summary>
internal static class Cuts
{
    public static IEnumerable<byte[][]> Of(byte[] bytes, int seed = 6455)
    {
        yield return [bytes];
        yield return [.. bytes.Select(octet => new[] { octet })];
        for (int at = 1; at < Math.Min(bytes.Length, 600); at++)
            yield return [bytes[..at], bytes[at..]];
        var random = new Random(seed);
        for (int i = 0; i < 10; i++)
            yield return AtRandom(bytes, random);
    }

    public static byte[][] AtRandom(byte[] bytes, Random random)
    {
        List<byte[]> parts = [];
        for (int at = 0; at < bytes.Length;)
        {
            int length = Math.Min(bytes.Length - at, random.Next(4) == 0 ? random.Next(1, 2000) : random.Next(1, 20));
            parts.Add(bytes[at..(at + length)]);
            at += length;
        }

        return [.. parts];
    }
}
