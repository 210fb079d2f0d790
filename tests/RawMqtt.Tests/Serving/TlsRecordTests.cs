// SPDX-License-Identifier: MIT

using RawMqtt.Serving;

namespace RawMqtt.Tests.Serving;

/// <summary>A record of TLS that has begun and is not complete is known as such, however its bytes come.</summary>
public class TlsRecordTests
{
    [Theory]
    [InlineData("", false)]
    [InlineData("17", true)]
    [InlineData("17030300", true)]
    [InlineData("1703030003", true)]
    [InlineData("1703030003aabb", true)]
    [InlineData("1703030003aabbcc", false)]
    [InlineData("1703030003aabbcc16", true)]
    [InlineData("1703030003aabbcc1503030002aabb", false)]
    [InlineData("1703030000", false)]
    public void A_record_is_within_until_its_last_byte(string hex, bool isWithin)
    {
        byte[] bytes = Convert.FromHexString(hex);
        for (int piece = 1; piece <= Math.Max(1, bytes.Length); piece++)
        {
            var records = new TlsRecords();
            for (int at = 0; at < bytes.Length; at += piece) records.Take(bytes.AsSpan(at, Math.Min(piece, bytes.Length - at)));
            Assert.Equal(isWithin, records.IsWithinRecord);
        }
    }

    [Fact]
    public void A_length_has_two_bytes_whatever_came_before()
    {
        var records = new TlsRecords();
        for (int i = 0; i < 100; i++) records.Take([0x17, 0xff, 0xff, 0x01, 0x00, .. new byte[256]]);
        Assert.False(records.IsWithinRecord);
        records.Take([0x17, 3, 3, 0xff, 0xff, .. new byte[65_534]]);
        Assert.True(records.IsWithinRecord);
    }

    [Theory]
    [InlineData(20_000, 1 << 20, 20_000)]
    [InlineData(20_000, 192, 96)]
    [InlineData(20_000, 0, 1)]
    [InlineData(500, 192, 500)]
    public void One_address_has_half_of_the_handles_unless_the_limit_says_otherwise(int limit, long handles, int expected) =>
        Assert.Equal(expected, HandleLimit.ShareOf(limit, handles));
}
