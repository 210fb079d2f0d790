// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Diagnostics;
using RawMqtt.Sessions.Journal;

namespace RawMqtt.Sessions;

/// <summary>An application message that is kept, 1.2: once in memory, however many sessions wait to deliver it.</summary>
/// <remarks>Each holder has a reference and gives it back by <see cref="Release"/>; the last release returns the bytes
/// to the <see cref="ApplicationMessagePool"/>. One thread at a time, like all of a session.</remarks>
internal sealed class ApplicationMessage
{
    private const int MaxSpareBytes = 1024; // a spare message keeps so many: the shared pool holds too few of one size for many in flight

    private readonly ApplicationMessagePool pool;
    private byte[] bytes = [];
    private int topicLength;
    private int length;
    private int references;

    internal ApplicationMessage(ApplicationMessagePool pool) => this.pool = pool;

    /// <summary>The topic name: 1 to 65535 bytes of UTF-8.</summary>
    public ReadOnlySpan<byte> Topic => bytes.AsSpan(0, topicLength);

    /// <summary>The payload.</summary>
    public ReadOnlySpan<byte> Payload => bytes.AsSpan(topicLength, length - topicLength);

    /// <summary>The QoS at which it was published; a receiver may get it at a lower one [MQTT-3.8.4-6].</summary>
    public QualityOfService Qos { get; private set; }

    /// <summary>Its number in a journal; 0 for none.</summary>
    public long Number { get; set; }

    /// <summary>Where its record stands in the journal, once that is committed.</summary>
    public JournalPlace Place { get; set; }

    /// <summary>The number of sessions that its record names.</summary>
    public int Sharers { get; set; }

    /// <summary>Topic and payload together, in bytes: what it counts in a limit.</summary>
    public int Length => length;

    /// <summary>Adds a holder.</summary>
    public ApplicationMessage AddReference()
    {
        Debug.Assert(references > 0, "the message was given back already");
        references++;
        pool.References++;
        return this;
    }

    /// <summary>Removes a holder; the caller does not use the message again.</summary>
    public void Release()
    {
        Debug.Assert(references > 0, "the message was given back twice");
        pool.References--;
        if (--references > 0) return;
        int given = length;
        topicLength = length = 0;
        if (bytes.Length > MaxSpareBytes) GiveBackBytes();
        pool.Return(this, given);
    }

    internal void Fill(ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload, QualityOfService qos)
    {
        topicLength = topic.Length;
        length = topic.Length + payload.Length;
        if (bytes.Length < length)
        {
            GiveBackBytes();
            // the pool rounds up to a power of two
            bytes = length > MaxSpareBytes ? ArrayPool<byte>.Shared.Rent(length) : GC.AllocateUninitializedArray<byte>((length + 7) & ~7);
        }

        topic.CopyTo(bytes);
        payload.CopyTo(bytes.AsSpan(topicLength));
        Qos = qos;
        Number = 0;
        Place = default;
        Sharers = 0;
        references = 1;
    }

    private void GiveBackBytes()
    {
        if (bytes.Length > MaxSpareBytes) ArrayPool<byte>.Shared.Return(bytes);
        bytes = [];
    }
}
