// SPDX-License-Identifier: MIT

using RawMqtt.Sessions;
using RawMqtt.Sessions.Journal;

namespace RawMqtt.Tests.Sessions;

/// <summary>Messages that stand in the journal alone: first in, first out, over several pieces of the queue.</summary>
public class StoredQueueTests
{
    private readonly StoredTotal total = new();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_queue_that_becomes_long_and_short_again_holds_what_a_list_holds(int seed)
    {
        var random = new Random(seed);
        var queue = new StoredQueue(total);
        var model = new List<StoredMessage>();
        long number = 0;
        for (int step = 0; step < 30_000; step++)
        {
            bool isGrowing = step / 5000 % 2 == 0; // up to some 3000 messages, and back to few
            if (model.Count == 0 || random.Next(10) < (isGrowing ? 8 : 2))
            {
                StoredMessage message = Message(number += random.Next(1, 3), random.Next(1, 100));
                queue.Add(message);
                model.Add(message);
            }
            else
            {
                queue.RemoveFirst();
                model.RemoveAt(0);
            }

            Assert.Equal(model.Count, queue.Count);
            if (model.Count == 0) continue;
            int index = random.Next(model.Count);
            Assert.Equal((model[0], model[^1], model[index]), (queue.First, queue.Last, queue[index]));
            Assert.Equal(index, queue.IndexOf(model[index].Number));
        }

        Assert.Equal(model, Enumerable.Range(0, queue.Count).Select(index => queue[index]));
        Assert.Equal(model.Sum(message => message.Share), queue.Bytes);
        while (queue.Count > 0) queue.RemoveFirst();
        Assert.Equal((0L, 0L), (queue.Bytes, total.Bytes));
    }

    [Fact]
    public void A_message_that_moved_is_found_at_its_new_place_behind_pieces_that_are_gone()
    {
        var queue = new StoredQueue(total);
        for (int number = 1; number <= 2000; number++) queue.Add(Message(number, length: 10));
        for (int number = 1; number <= 1100; number++) queue.RemoveFirst();

        queue.Move(queue.IndexOf(1500), new JournalPlace(2, 7, 30));
        Assert.Equal(new StoredMessage(1500, new JournalPlace(2, 7, 30), 1, 1), queue[399]);
        Assert.Equal((~0, ~900), (queue.IndexOf(1100), queue.IndexOf(2001)));
        Assert.Equal((899 * 10) + 30, total.Bytes);
    }

    private static StoredMessage Message(long number, int length) => new(number, new JournalPlace(1, (uint)number, length), 1, 1);
}
