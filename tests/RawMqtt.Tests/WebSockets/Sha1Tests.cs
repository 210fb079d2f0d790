// SPDX-License-Identifier: MIT

using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using FsCheck.Xunit;
using RawMqtt.WebSockets;

namespace RawMqtt.Tests.WebSockets;

[SuppressMessage("Security", "CA5350:Do Not Use Weak Cryptographic Algorithms", Justification = "It is compared, not used.")]
public class Sha1Tests
{
    /// <summary>RFC 3174 7.3: text, how often it is repeated, hash.</summary>
    [Theory]
    [InlineData("abc", 1, "A9993E364706816ABA3E25717850C26C9CD0D89D")]
    [InlineData("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1, "84983E441C3BD26EBAAE4AA1F95129E5E54670F1")]
    [InlineData("a", 1_000_000, "34AA973CD4C4DAA4F61EEB2BDBAD27316534016F")]
    [InlineData("0123456701234567012345670123456701234567012345670123456701234567", 10, "DEA356A2CDDD90C7A7ECEDC5EBB563934F460452")]
    public void Vectors_of_the_RFC_give_their_hashes(string text, int times, string hash)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(text, times)));

        Assert.Equal(hash, Convert.ToHexString(Hash(bytes)));
    }

    [Fact]
    public void Each_length_of_the_last_block_equals_the_framework()
    {
        byte[] bytes = [.. Enumerable.Range(0, 200).Select(i => (byte)(i * 7))];
        for (int length = 0; length <= bytes.Length; length++)
            Assert.Equal(SHA1.HashData(bytes.AsSpan(0, length)), Hash(bytes.AsSpan(0, length)));
    }

    [Property]
    public bool Any_text_equals_the_framework(byte[] text) => Hash(text).AsSpan().SequenceEqual(SHA1.HashData(text));

    private static byte[] Hash(ReadOnlySpan<byte> text)
    {
        byte[] hash = new byte[Sha1.HashSize];
        Sha1.Hash(text, hash);
        return hash;
    }
}
