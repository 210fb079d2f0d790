// SPDX-License-Identifier: MIT

using System.Buffers;
using RawMqtt.Sessions;

namespace RawMqtt.Tests.Sessions;

public class OutgoingBufferTests
{
    [Fact]
    public void What_is_appended_stands_in_order()
    {
        var buffer = new OutgoingBuffer();
        byte[] expected = [.. Enumerable.Range(0, 100_000).Select(i => (byte)i)];
        for (int i = 0; i < expected.Length; i += 1000) buffer.Write(expected.AsSpan(i, 1000));
        Assert.Equal(expected, buffer.Written.ToArray());
        Assert.Equal(expected.Length, buffer.Length);
    }

    [Fact]
    public void Clear_and_reset_forget()
    {
        var buffer = new OutgoingBuffer();
        buffer.Write<byte>([1, 2, 3]);
        buffer.Reset();
        Assert.Equal(0, buffer.Length);
        buffer.Write<byte>([4]);
        Assert.Equal([4], buffer.Written.ToArray());
        buffer.Clear();
        Assert.Equal(0, buffer.Length);
        buffer.Write<byte>([5]);
        Assert.Equal([5], buffer.Written.ToArray());
    }

    [Fact]
    public void More_than_reserved_is_refused()
    {
        var buffer = new OutgoingBuffer();
        int room = buffer.GetSpan(10).Length;
        Assert.True(room >= 10);
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.Advance(room + 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.Advance(-1));
    }
}
