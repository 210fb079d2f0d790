// SPDX-License-Identifier: MIT

namespace RawMqtt.Tests.Codec;

/// <summary>Valid packets in a row, of which one was changed in one to four places; in half the cases its Remaining Length is true again.</summary>
public sealed record MutatedBytes(GeneratedPacket[] Packets, int Seed)
{
    public byte[] Bytes
    {
        get
        {
            if (Packets.Length == 0) return [];
            var random = new Random(Seed);
            byte[][] packets = [.. Packets.Select(generated => generated.Packet.Rewritten)];
            int which = random.Next(packets.Length);
            packets[which] = random.Next(2) == 0 ? Mutated(packets[which], random) : MutatedBehindItsHeader(packets[which], random);
            return [.. packets.SelectMany(packet => packet)];
        }
    }

    public override string ToString() => $"seed {Seed}: {Convert.ToHexString(Bytes)}";

    private static byte[] MutatedBehindItsHeader(byte[] packet, Random random)
    {
        int header = 2 + packet.Skip(1).TakeWhile(b => b >= 0x80).Count();
        byte[] body = Mutated(packet[header..], random);
        return [packet[0], .. RemainingLength(body.Length), .. body];
    }

    /// <summary>Places near the beginning are likelier: there the fields are.</summary>
    private static byte[] Mutated(byte[] original, Random random)
    {
        List<byte> bytes = [.. original];
        for (int n = random.Next(1, 5); n > 0 && bytes.Count > 0; n--)
        {
            int place = random.Next(random.Next(bytes.Count) + 1);
            switch (random.Next(4))
            {
                case 0: bytes.RemoveAt(place); break;
                case 1: bytes.Insert(place, (byte)random.Next(256)); break;
                case 2: bytes[place] ^= (byte)(1 << random.Next(8)); break;
                default: bytes[place] = (byte)random.Next(256); break;
            }
        }

        return [.. bytes];
    }

    internal static IEnumerable<byte> RemainingLength(int length)
    {
        for (; length > 0x7F; length >>= 7) yield return (byte)(length & 0x7F | 0x80);
        yield return (byte)length;
    }
}
