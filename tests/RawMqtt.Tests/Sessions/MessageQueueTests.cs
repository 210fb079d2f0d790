// SPDX-License-Identifier: MIT

using RawMqtt.Sessions;

namespace RawMqtt.Tests.Sessions;

/// <summary>First in, first out, and what a queue holds when nothing waits.</summary>
public class MessageQueueTests
{
    private readonly ApplicationMessagePool pool = new();
    private readonly MessageQueue queue = new();

    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(10_000)]
    public void An_empty_queue_holds_a_small_array_at_the_most_however_many_waited(int most)
    {
        Fill(most);
        Assert.InRange(queue.Capacity, most, 2 * Math.Max(most, 8));
        Drain(most);
        Assert.InRange(queue.Capacity, 0, 64);
        Assert.Equal(0, queue.Bytes);
        Fill(most);
        queue.Clear();
        Assert.Equal((0, 0, 0L), (queue.Count, queue.Capacity, queue.Bytes));
        Fill(2);
        Drain(2);
    }

    [Fact]
    public void The_order_stays_while_it_grows_and_turns_around_in_its_array()
    {
        int added = 0;
        int taken = 0;
        for (int round = 1; round < 300; round++)
        {
            for (int i = 0; i < round; i++) Add(added++);
            for (int i = 0; i < round - (round % 3); i++) Assert.Equal(taken++, TakeNumber());
        }

        while (queue.Count > 0) Assert.Equal(taken++, TakeNumber());
        Assert.Equal(added, taken);
    }

    [Theory]
    [InlineData(50)]
    [InlineData(5000)]
    public void Filling_and_emptying_again_and_again_allocates_nothing(int most)
    {
        ApplicationMessage message = Message(0);
        long before = 0;
        for (int round = 0; round < 20; round++)
        {
            if (round == 10) before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < most; i++) queue.Add(message, QualityOfService.AtLeastOnce, retain: false);
            for (int i = 0; i < most; i++) queue.Take();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private void Fill(int count)
    {
        for (int i = 0; i < count; i++) Add(i);
    }

    private void Drain(int count)
    {
        for (int i = 0; i < count; i++) Assert.Equal(i, TakeNumber());
        Assert.Equal(0, queue.Count);
    }

    private void Add(int number) => queue.Add(Message(number), QualityOfService.AtLeastOnce, retain: false);

    private ApplicationMessage Message(int number) => pool.Keep("t"u8, BitConverter.GetBytes(number), QualityOfService.AtLeastOnce);

    private int TakeNumber()
    {
        ApplicationMessage message = queue.Take().Message;
        int number = BitConverter.ToInt32(message.Payload);
        message.Release();
        return number;
    }
}
