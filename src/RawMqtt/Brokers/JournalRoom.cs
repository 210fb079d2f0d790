// SPDX-License-Identifier: MIT

using RawMqtt.Sessions;

namespace RawMqtt.Brokers;

/// <summary>What bounds a broker's journal: what is noted and not committed, the files, and the share of each session. While there is no room, what would
/// be noted waits; what lets clients empty their queues goes on.</summary>
/// <remarks>
/// <list type="number">
/// <item>While more than 16 MB wait for the disk, a PUBLISH that would be noted waits, and so do CONNECT, SUBSCRIBE and UNSUBSCRIBE of kept sessions. The
/// program may go as far again, and then gets an error. Wills were noted before: those that go out are no more than the connections had.</item>
/// <item>While the files are longer than twice what counts and two segments, a PUBLISH that would be noted waits until they are shorter.</item>
/// <item>With <see cref="MqttBrokerLimits.MaxJournalLength"/>, what counts may take half of it without two segments. Beyond that each session has its
/// share, above which <see cref="FullQueues"/> decides. Two segments below the limit a PUBLISH that would be noted waits, for
/// <see cref="JournalHolds.Longest"/> at most: then its connection ends.</item>
/// </list>
/// </remarks>
/// <param name="limits">The broker's limits.</param>
/// <param name="journal">What is noted.</param>
/// <param name="stored">What waits in the journal alone.</param>
/// <param name="messages">What is in memory.</param>
/// <param name="subscriptions">All subscriptions.</param>
internal sealed class JournalRoom(
    MqttBrokerLimits limits, BrokerJournal journal, StoredTotal stored, ApplicationMessagePool messages, SubscriptionTree subscriptions)
{
    private const int MostUncommitted = 16 << 20; // bytes of records
    private const int BytesOfMessage = 48; // of its record, beside topic and payload
    private const int BytesOfSession = 64; // and of a subscription

    private bool hasOlder;
    private long uncounted; // what was found to count beside the estimate
    private long estimateAtStart; // of the pass of carrying forward

    /// <summary>The bytes of all files.</summary>
    public long Length { get; private set; }

    /// <summary>The bytes of the commit under way.</summary>
    public long Committing { get; set; }

    /// <summary>The number of kept sessions.</summary>
    public int KeptSessions { get; set; }

    /// <summary>The most bytes that carrying forward may note of the oldest segment before it is deleted; null if nothing shortens the journal.</summary>
    public long? Rest { get; set; }

    /// <summary>The bytes of the journal that count, about.</summary>
    public long Counting => Estimate + uncounted;

    /// <summary>The bytes of records that wait for the disk.</summary>
    public long Uncommitted => Committing + journal.Length;

    /// <summary>Whether what counts of the oldest segment should be carried forward, since much of the journal does not count.</summary>
    public bool IsLong
    {
        get
        {
            long counts = Counting;
            long other = Length - counts - limits.JournalSegmentLength;
            bool isShort = Most > 0 && Length > Most - limits.JournalSegmentLength;
            // begun earlier, it writes more; begun later, publishers wait: it frees nothing while it goes over what counts
            // for less than a quarter of a file, a pass writes much more than it frees
            return hasOlder && other > 0 && (other > counts / 4 * 3 || (isShort && other > limits.JournalSegmentLength / 4));
        }
    }

    /// <summary>Whether too much waits for the disk.</summary>
    public bool IsBehind => Uncommitted > MostUncommitted;

    /// <summary>Whether <see cref="MqttBrokerLimits.MaxJournalLength"/> is reached but for the reserve.</summary>
    public bool IsLimitReached => Most > 0 && Length + Uncommitted > Most;

    /// <summary>Whether a PUBLISH that would be noted must wait.</summary>
    public bool IsFull => IsBehind || IsLimitReached || IsTooLong;

    /// <summary>Whether the program's own messages are refused.</summary>
    public bool RefusesProgram => Uncommitted > 2 * MostUncommitted || IsLimitReached;

    /// <summary>Whether publishers wait, or will soon, because the files are long: carrying forward makes haste.</summary>
    public bool IsAlmostFull => IsLimitReached || IsTooLongBy(Counting / 8);

    private bool IsTooLong => IsTooLongBy(0);

    private long Estimate => stored.Bytes + messages.BytesInUse + (BytesOfMessage * messages.InUse) + (BytesOfSession * (KeptSessions + subscriptions.Count));

    /// <summary>How long the files may become by what is published: two segments are for the rest. 0 for no limit.</summary>
    private long Most => limits.MaxJournalLength > 0 ? limits.MaxJournalLength - (2 * limits.JournalSegmentLength) : 0;

    /// <summary>Notes how long the files are, and whether one is older than that which is written: only then they can become shorter.</summary>
    public void Measure(long length, bool hasOlder) => (Length, this.hasOlder) = (length, hasOlder);

    /// <summary>Notes that a pass of carrying forward begins.</summary>
    public void BeginPass() => estimateAtStart = Estimate;

    /// <summary>Corrects the estimate of what counts after some segments were carried forward.</summary>
    /// <param name="carried">The bytes that were noted: so many count at least, if that was all.</param>
    /// <param name="isAll">Whether that was all that counted.</param>
    public void Correct(long carried, bool isAll) =>
        uncounted = Math.Max(0, isAll ? carried - Math.Max(estimateAtStart, Estimate) : Math.Min(uncounted, Length - Estimate)); // much may end meanwhile

    /// <summary>Whether a kept session may have another message noted: there is room for all, or its share is not used up. One message always fits.</summary>
    /// <param name="waiting">The messages that it has in flight and in its queue.</param>
    /// <param name="bytes">Their topics and payloads.</param>
    /// <param name="length">Topic and payload of the message.</param>
    /// <param name="isKept">Whether the message counts already.</param>
    public bool HasShare(int waiting, long bytes, int length, bool isKept)
    {
        if (Most == 0 || Counting + (isKept ? 0 : length + BytesOfMessage) <= Most / 2) return true;
        return waiting == 0 || bytes + length + (BytesOfMessage * (waiting + 1L)) <= Most / 2 / Math.Max(1, KeptSessions);
    }

    private bool IsTooLongBy(long less)
    {
        long other = Length + Uncommitted + less - (2 * limits.JournalSegmentLength);
        if (other <= 0 || !hasOlder || Rest is not { } rest) return false;
        long counts = Counting;
        return other + Math.Min(rest, counts) > 2 * counts;
    }
}
