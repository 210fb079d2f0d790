// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Cli;

namespace RawMqtt.Tests.Cli;

public class BatchedOutputTests
{
    [Fact]
    public void What_is_added_during_a_write_leaves_with_the_next_one()
    {
        var stream = new GatedStream();
        using var output = new BatchedOutput(stream);

        output.Add("0\n"u8);
        stream.WaitForWrite();
        for (int i = 1; i <= 1000; i++) output.Add(Encoding.ASCII.GetBytes($"{i}\n"));
        stream.Open();
        output.Flush();

        Assert.Equal(string.Concat(Enumerable.Range(0, 1001).Select(i => $"{i}\n")), stream.Text);
        Assert.Equal(2, stream.Writes);
    }

    [Fact]
    public async Task A_slow_reader_of_the_output_holds_the_sender_up()
    {
        var stream = new GatedStream();
        using var output = new BatchedOutput(stream);
        output.Add("x"u8);
        stream.WaitForWrite();

        byte[] half = new byte[1 << 19];
        output.Add(half);
        output.Add(half);
        Task third = Task.Run(() => output.Add(half));

        Assert.False(third.IsCompleted);
        stream.Open();
        await third.WaitAsync(TimeSpan.FromSeconds(60));
        output.Flush();
        Assert.Equal(1 + 3 * half.Length, stream.Text.Length);
    }

    [Fact]
    public async Task A_failed_write_fails_all_that_follows()
    {
        var stream = new GatedStream { Fault = new IOException("gone") };
        using var output = new BatchedOutput(stream);
        stream.Open();

        output.Add("x"u8);

        Assert.Equal("gone", (await Assert.ThrowsAsync<IOException>(() => output.Failed)).Message);
        Assert.Throws<IOException>(output.Flush);
        Assert.Throws<IOException>(() => output.Add("y"u8));
    }

    /// <summary>A stream whose writes wait until the test opens it.</summary>
    private sealed class GatedStream : MemoryStream
    {
        private readonly ManualResetEventSlim isOpen = new();
        private readonly ManualResetEventSlim isBegun = new();

        public IOException? Fault { get; init; }

        public int Writes { get; private set; }

        public string Text => Encoding.ASCII.GetString(ToArray());

        public void Open() => isOpen.Set();

        public void WaitForWrite() => Assert.True(isBegun.Wait(TimeSpan.FromSeconds(60)));

        public override void Write(byte[] buffer, int offset, int count)
        {
            isBegun.Set();
            isOpen.Wait();
            if (Fault is not null) throw Fault;
            Writes++;
            base.Write(buffer, offset, count);
        }

        public override void Write(ReadOnlySpan<byte> buffer) => Write(buffer.ToArray(), 0, buffer.Length);
    }
}
