// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Buffers.Binary;
using RawMqtt.Codec;

namespace RawMqtt.Brokers;

/// <summary>The topic filters of each client: SUBSCRIBE, UNSUBSCRIBE, and what bounds them.</summary>
internal sealed class ClientFilters(
    BrokerTurn turn, MqttBrokerLimits limits, Utf8Comparer comparer, SubscriptionTree subscriptions, RetainedMessages retained, Replays replays,
    RefusalReports refusals)
{
    private const int MaxRepeated = 1000; // filters of one packet that are taken, although they are the same
    private const int PacketFactor = 10;  // a packet may name so many times the filters that a client may have

    private readonly MqttBrokerStatistics counters = turn.Statistics;
    private readonly ArrayBufferWriter<byte> returnCodes = new();
    private long bytesOfAll;

    /// <summary>Returns whether a SUBSCRIBE or UNSUBSCRIBE names more filters than others may wait for: a packet is taken in one turn.</summary>
    /// <param name="body">The body, which is not checked yet.</param>
    /// <param name="behind">The bytes behind each filter.</param>
    public bool AreTooMany(ReadOnlySpan<byte> body, int behind)
    {
        long left = PacketFactor * Math.Max((long)limits.MaxSubscriptions, MaxRepeated);
        for (int at = sizeof(ushort); at + 1 < body.Length && left >= 0; left--)
            at += sizeof(ushort) + BinaryPrimitives.ReadUInt16BigEndian(body[at..]) + behind;
        return left < 0;
    }

    /// <summary>Takes a SUBSCRIBE: sends its answer first, then the retained messages.</summary>
    public void Subscribe(BrokerConnection connection, in SubscribePacket packet, HookAnswer answer)
    {
        Subscriber subscriber = connection.Subscriber!;
        returnCodes.ResetWrittenCount();
        foreach (Subscription subscription in packet.Subscriptions) // in order [MQTT-3.8.4-4], [MQTT-3.9.3-1]
        {
            int index = returnCodes.WrittenCount; // a hook is asked about as many filters as a client may have
            bool isAllowed = answer.AllowedFilters is not { } allowed || (index < allowed.Count && allowed[index]);
            if (!isAllowed)
            {
                counters.SubscriptionsNotAllowed++;
                refusals.Count(subscriber, "subscribe", subscription.Filter);
            }

            bool isTaken = isAllowed && TryAdd(subscriber, subscription, index);
            returnCodes.Write([isTaken ? (byte)subscription.Qos : SubAckPacket.Failure]); // [MQTT-3.8.4-5]
        }

        turn.Steps += returnCodes.WrittenCount;
        connection.Output.Write(new SubAckPacket { PacketId = packet.PacketId, ReturnCodes = returnCodes.WrittenSpan }); // [MQTT-3.8.4-1], [MQTT-3.8.4-2]
        if (subscriber.Replay is not null) replays.Continue(subscriber); // [MQTT-3.3.1-6], [MQTT-3.8.4-3]
    }

    /// <summary>Takes an UNSUBSCRIBE. What is in flight is still delivered [MQTT-3.10.4-3].</summary>
    public void Unsubscribe(BrokerConnection connection, in UnsubscribePacket packet)
    {
        Subscriber subscriber = connection.Subscriber!;
        foreach (ReadOnlySpan<byte> filter in packet.Filters) // [MQTT-3.10.4-6]
        {
            turn.Steps++;
            if (!subscriptions.Remove(subscriber, filter)) continue; // [MQTT-3.10.4-1]
            turn.Journal?.Unsubscribe(subscriber.Number, filter);
            var filters = subscriber.Filters!.GetAlternateLookup<ReadOnlySpan<byte>>();
            if (filters.TryGetValue(filter, out byte[]? known)) subscriber.Replay?.Remove(known);
            filters.Remove(filter);
            CountBytes(subscriber, -MqttBrokerLimits.SizeOf(filter));
        }

        connection.Output.Write(new UnsubAckPacket { PacketId = packet.PacketId }); // [MQTT-3.10.4-4], [MQTT-3.10.4-5]
    }

    /// <summary>Removes all filters of a client.</summary>
    public void Clear(Subscriber subscriber)
    {
        foreach (byte[] filter in subscriber.Filters ?? []) subscriptions.Remove(subscriber, filter);
        subscriber.Filters = null;
        subscriber.Replay = null;
        CountBytes(subscriber, -subscriber.FilterBytes);
    }

    /// <summary>Takes back a subscription of an earlier process.</summary>
    public void Restore(Subscriber subscriber, byte[] filter, QualityOfService qos)
    {
        (subscriber.Filters ??= new HashSet<byte[]>(comparer)).Add(filter);
        CountBytes(subscriber, MqttBrokerLimits.SizeOf(filter));
        subscriptions.Add(subscriber, filter, qos);
    }

    private bool TryAdd(Subscriber subscriber, Subscription subscription, int index)
    {
        HashSet<byte[]> filters = subscriber.Filters ??= new HashSet<byte[]>(comparer);
        bool isNew = !filters.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(subscription.Filter, out byte[]? filter);
        // of other protocols and brokers: nothing would ever match it
        ReadOnlySpan<byte> wanted = subscription.Filter;
        bool isShared = wanted.StartsWith("$share/"u8) || wanted.StartsWith("$queue/"u8) || wanted.StartsWith("$exclusive/"u8);
        // a packet may repeat a filter: that must not cost more than others may
        bool isOneTooMany = (isNew && filters.Count >= limits.MaxSubscriptions) || index >= Math.Max(limits.MaxSubscriptions, MaxRepeated);
        if (isOneTooMany || isShared || limits.IsTooDeep(subscription.Filter))
        {
            counters.SubscriptionsRefused++;
            if (isShared) refusals.Count(subscriber, "share", subscription.Filter);
            return false;
        }

        if (isNew)
        {
            if (!TryCountBytes(subscriber, MqttBrokerLimits.SizeOf(subscription.Filter))) return false;
            filters.Add(filter = subscription.Filter.ToArray());
        }

        subscriptions.Add(subscriber, filter, subscription.Qos);
        turn.Journal?.Subscribe(subscriber.Number, filter, subscription.Qos);
        if (retained.Count > 0) (subscriber.Replay ??= new RetainedReplay(comparer)).Add(filter!, subscription.Qos);
        return true;
    }

    /// <summary>Counts the bytes of a new filter if the limits allow it. Beyond the limit of all clients, each one still has its share.</summary>
    private bool TryCountBytes(Subscriber subscriber, int bytes)
    {
        long own = subscriber.FilterBytes + bytes;
        if (own > limits.MaxSubscriptionBytes)
        {
            counters.SubscriptionBytesReached++;
            return false;
        }

        if (bytesOfAll + bytes > limits.MaxTotalSubscriptionBytes && own > limits.MaxTotalSubscriptionBytes / turn.Sessions)
        {
            counters.AllSubscriptionBytesReached++;
            return false;
        }

        CountBytes(subscriber, bytes);
        return true;
    }

    private void CountBytes(Subscriber subscriber, int bytes)
    {
        subscriber.FilterBytes += bytes;
        bytesOfAll += bytes;
    }
}
