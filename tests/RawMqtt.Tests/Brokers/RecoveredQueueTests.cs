// SPDX-License-Identifier: MIT

using RawMqtt.Brokers;
using RawMqtt.Sessions;
using RawMqtt.Sessions.Journal;

namespace RawMqtt.Tests.Brokers;

/// <summary>What waits for a session while its journal is read: in any order, with records that are lost.</summary>
public class RecoveredQueueTests
{
    private const int Many = 20_000;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Queue_holds_what_a_sorted_dictionary_holds(int seed)
    {
        var random = new Random(seed);
        var queue = new RecoveredQueue();
        var model = new SortedDictionary<long, StoredMessage>();
        for (int i = 0; i < 20_000; i++)
        {
            long number = random.Next(1, 5000);
            if (random.Next(3) > 0)
            {
                StoredMessage message = Message(number, length: random.Next(1, 100));
                queue.Add(message);
                model[number] = message;
            }
            else
            {
                Assert.Equal(model.TryGetValue(number, out StoredMessage expected), queue.TryFind(number, out StoredMessage found));
                Assert.Equal(expected, found);
                queue.Remove(number);
                model.Remove(number);
            }

            Assert.Equal(model.Count, queue.Count);
        }

        var total = new StoredTotal();
        Assert.Equal(model.Values, All(queue.Complete(total)));
        Assert.Equal(model.Values.Sum(message => message.Share), total.Bytes);
    }

    [Fact]
    public void A_lost_record_of_a_message_that_was_sent_does_not_make_the_others_copy_the_queue()
    {
        var queue = new RecoveredQueue();
        for (int number = 1; number <= Many; number++) queue.Add(Message(number));
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int number = 2; number < Many; number++) queue.Remove(number); // that of the first is lost
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal([1, Many], All(queue.Complete(new StoredTotal())).Select(message => message.Number));
        Assert.InRange(allocated, 0, 24 * Many);
    }

    [Fact]
    public void Messages_that_were_carried_forward_many_times_among_newer_ones_do_not_copy_the_queue()
    {
        var queue = new RecoveredQueue();
        int[] order = [.. Enumerable.Range(1, Many)];
        new Random(1).Shuffle(order);
        long before = GC.GetAllocatedBytesForCurrentThread();
        foreach (int number in order) queue.Add(Message(number));
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal(order.Order(), All(queue.Complete(new StoredTotal())).Select(message => (int)message.Number));
        Assert.InRange(allocated, 0, 10 * 24 * Many);
    }

    private static StoredMessage Message(long number, int length = 10) => new(number, new JournalPlace(1, (uint)number, length), 1, 1);

    private static IEnumerable<StoredMessage> All(StoredQueue queue) => Enumerable.Range(0, queue.Count).Select(index => queue[index]);
}
