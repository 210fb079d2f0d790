// SPDX-License-Identifier: MIT

using RawMqtt.Brokers;
using RawMqtt.Sessions.Journal;
using RawMqtt.Storage;

namespace RawMqtt.Tests.Simulation;

/// <summary>Carries the oldest segments of a simulated journal forward, one step at a time, and measures its length, as the shell does.</summary>
internal sealed class SimulatedCarrying(World world, JournalFolder folder, JournalledBroker broker, MqttBrokerLimits limits, bool isSynced, Mistake? mistake)
{
    /// <summary>The bytes of a segment.</summary>
    public const int SegmentLength = 2000;

    private const int StepLength = 500;

    private readonly CarryingForward carrying = broker.CarryingForward();
    private (uint Segment, long Offset, long Position)? reached;
    private uint? last; // of the pass under way
    private long carried; // bytes, in this pass

    /// <summary>Tells the broker how long the journal is. With a limit it never exceeds it.</summary>
    public void Measure()
    {
        if (limits.MaxJournalLength > 0 && folder.Length > limits.MaxJournalLength)
            throw new SimulationException($"the journal has {folder.Length} bytes of {limits.MaxJournalLength}");
        if (mistake is { NeverMeasures: true }) return;
        long length = mistake is { MeasuresGrowthAlone: true } ? Math.Max(folder.Length, broker.Room.Length) : folder.Length;
        broker.Room.Measure(length, folder.HasOlder);
    }

    /// <summary>Takes a step if the journal is long.</summary>
    public void Step()
    {
        Measure();
        uint oldest = folder.OldestSegment;
        if (!folder.HasOlder || !IsWanted(oldest)) return;
        (_, long offset, long position) = reached is { } known && known.Segment == oldest ? known : (oldest, 0, 0);
        if (mistake is { DeletesUncarried: true }) offset = -1;
        try
        {
            if (offset >= 0) Carry(oldest, offset);
            else if (position <= broker.Committed) Delete();
        }
        catch (IOException)
        {
            broker.Room.Rest = null; // the disk refuses: later
        }
    }

    /// <summary>A broker whose limits know nothing of such short segments would never want it.</summary>
    private bool IsWanted(uint oldest) =>
        limits.JournalSegmentLength > SegmentLength ? folder.Length >= 4 * SegmentLength : reached?.Segment == oldest || broker.Room.IsLong;

    private void Carry(uint oldest, long offset)
    {
        if (last is null)
        {
            (last, carried) = (folder.NewestSegment, 0);
            broker.Room.BeginPass();
        }

        var step = new Records();
        long? next = folder.Visit(oldest, offset, StepLength, step);
        broker.Room.Rest = folder.LengthOf(oldest) - offset;
        int before = broker.Journal.Length;
        foreach ((BrokerRecord kind, byte[] fields) in step.All) carrying.Carry(kind, fields, oldest, folder.NewestSegment);
        carried += broker.Journal.Length - before;
        reached = (oldest, next ?? -1, broker.Journal.Position);
        if (next is null && mistake is { DeletesEarly: true }) folder.DeleteOldest(isSynced);
    }

    private void Delete()
    {
        folder.DeleteOldest(isSynced);
        reached = null;
        Measure();
        bool isAll = folder.OldestSegment > last;
        broker.Room.Correct(carried, isAll);
        if (isAll || !broker.Room.IsLong) last = null;
        broker.Room.Rest = SegmentLength;
        broker.EndHolds(world.Now);
    }

    private sealed class Records : IJournalVisitor
    {
        public List<(BrokerRecord Kind, byte[] Fields)> All { get; } = [];

        public void Visit(SealedRecord record) => All.Add(((BrokerRecord)record.Kind, record.Fields.ToArray()));

        public void Visit(JournalDamage damage) => throw new SimulationException("damage while carrying forward");
    }
}
