// SPDX-License-Identifier: MIT

using RawMqtt.Brokers;
using RawMqtt.Sessions;
using RawMqtt.Sessions.Journal;
using RawMqtt.Storage;

namespace RawMqtt.Tests.Simulation;

/// <summary>The journal of a simulated broker, on a disk that fails: the steps of the shell, one at a time. The broker can be killed between them.</summary>
internal sealed class SimulatedStore(World world, bool isSynced, Mistake? mistake)
{
    private const long StartedAt = 1_000_000;

    private readonly BrokerDisk disk = new(world);
    private readonly List<Subscriber> toLoad = [];
    private RecordBuffer taken = new();
    private JournalFolder folder = null!;
    private JournalledBroker broker = null!;
    private readonly List<(uint Session, long Position)> ended = [];
    private readonly HashSet<uint> gone = [];
    private SimulatedCarrying carrying = null!;
    private SessionList sessions = null!;
    private bool hasPowerFailed;

    /// <summary>A commit has begun and is not over.</summary>
    public bool IsUnderWay { get; private set; }

    /// <summary>Up to where bytes may leave.</summary>
    public long Committed => mistake is { SendsEarly: true } ? long.MaxValue : broker.Committed;

    /// <summary>Up to where connections that have ended may be closed.</summary>
    public long Closable => mistake is { ClosesEarly: true } ? long.MaxValue : Committed;

    /// <summary>Whether all that was noted is committed.</summary>
    public bool IsIdle => !IsUnderWay && broker.Journal.Position == broker.Committed;

    /// <summary>A process begins: the core takes back what the disk says.</summary>
    public void Start(BrokerCore core)
    {
        var recovered = new RecoveredBroker(core.Comparer);
        folder = JournalFolder.Open(disk, JournalOwner.Broker, SimulatedCarrying.SegmentLength, isSynced, new Replay(recovered, hasPowerFailed, mistake));
        core.Parts.Turn.Journal = new BrokerJournal(recovered.Last, StartedAt);
        broker = new JournalledBroker(core.Parts, core.Parts.Turn.Journal, recovered.Stored);
        broker.Restore(recovered, Read, StartedAt);
        sessions = core.Sessions;
        carrying = new SimulatedCarrying(world, folder, broker, core.Parts.Limits, isSynced, mistake);
        carrying.Measure();
        broker.Room.Rest = SimulatedCarrying.SegmentLength;
        if (sessions.All.Any(session => gone.Contains(session.Number))) throw new SimulationException("a session that has ended is there again");
        (taken, IsUnderWay) = (new RecordBuffer(), false);
        ended.Clear();
        disk.Fail(world.HasFaults && world.Chance(0.3) ? 0.05 : 0);
    }

    /// <summary>The process is killed, or the power fails.</summary>
    public void End()
    {
        gone.ExceptWith(sessions.All.Select(session => session.Number)); // a number is given again once no record has it
        disk.Die();
        if (IsUnderWay && world.Chance(0.5)) folder.Commit(taken, isSynced); // it is torn
        hasPowerFailed = isSynced && world.Chance(0.7);
        disk.StartAnew(hasPowerFailed);
    }

    /// <summary>Begins a commit if there is anything to commit.</summary>
    public bool TryBegin()
    {
        if (IsUnderWay || IsIdle) return false;
        broker.BeginCommit(taken);
        Forget();
        return IsUnderWay = true;
    }

    /// <summary>Writes what was taken.</summary>
    /// <returns>Whether it is committed; otherwise this must be called again.</returns>
    public bool TryCommit()
    {
        if (!world.HasFaults) disk.Fail(0);
        if (folder.Commit(taken, isSynced && mistake is not { NeverSyncs: true }).IsDone) return true;
        if (mistake is not { TrustsFailures: true }) return false;
        taken.Clear();
        return true;
    }

    /// <summary>Ends the commit that was written.</summary>
    public void EndCommit()
    {
        IsUnderWay = false;
        carrying.Measure();
        gone.UnionWith(ended.Where(session => session.Position <= taken.Appended).Select(session => session.Session));
        broker.EndCommit(taken.Appended, Place, world.Now);
    }

    /// <summary>Reads what sessions wait for.</summary>
    public void Load(BrokerTurn turn)
    {
        turn.TakeToLoad(toLoad);
        foreach (Subscriber subscriber in toLoad)
        {
            var places = new StoredMessage[world.Random.Next(1, 5)];
            int count = JournalledBroker.BeginLoad(subscriber, places, 1000);
            for (int i = 0; i < count; i++) broker.Load(subscriber, places[i], Read(places[i].Place));
            broker.EndLoad(subscriber, world.Now);
        }

        toLoad.Clear();
    }

    /// <summary>Takes a step of carrying forward.</summary>
    public void Carry() => carrying.Step();

    /// <summary>Notes that a session has ended: once that is committed, it must not be there in any later process.</summary>
    public void NoteEnd(uint session) => ended.Add((session, broker.Journal.Position + 1));

    private ReadOnlySpan<byte> Read(JournalPlace place) =>
        folder.TryRead(place, new byte[place.Length], out SealedRecord record) ? record.Fields : default;

    private JournalPlace Place(int offset, int length) => mistake is { TrustsFailures: true } ? default : folder.PlaceOf(offset, length);

    private void Forget()
    {
        if (mistake is not { Forgets: { } kind }) return;
        var kept = new RecordBuffer();
        byte[] all = taken.Records.ToArray();
        for (int at = 0; at < all.Length;)
        {
            int length = Sealing.LengthOf(all.AsSpan(at));
            byte found = all[at + RecordBuffer.PrefixLength];
            ReadOnlySpan<byte> fields = all.AsSpan(at + RecordBuffer.SmallestRecord, length - RecordBuffer.SmallestRecord);
            kept.Append(found == (byte)kind ? (byte)BrokerRecord.SessionResumed : found, fields);
            at += length;
        }

        taken.Records.Clear();
        kept.Records.CopyTo(taken.Records);
    }

    private sealed class Replay(RecoveredBroker recovered, bool hasPowerFailed, Mistake? mistake) : IJournalVisitor
    {
        public void Visit(SealedRecord record)
        {
            if (record.Kind == (byte)BrokerRecord.Published)
            {
                byte[] fields = record.Fields.ToArray();
                int numbers = 1 + 8;
                bool isReceived = (fields[0] & (byte)PublishedFlags.Received) != 0;
                if (isReceived && mistake is { ForgetsReceived: true }) fields.AsSpan(numbers, 4).Clear(); // the session of the publisher
                if (isReceived) numbers += 4 + 2;
                bool isWill = (fields[0] & (byte)PublishedFlags.OfWill) != 0;
                if (isWill && mistake is { ForgetsWillOf: true }) fields.AsSpan(numbers, 8).Clear(); // the number of the Will
                record = new SealedRecord { Kind = record.Kind, Number = record.Number, Fields = fields, Place = record.Place };
            }

            recovered.Apply(record);
        }

        public void Visit(JournalDamage damage)
        {
            if (damage.Kind == JournalDamageKind.Gap && !hasPowerFailed) throw new SimulationException($"the journal has a gap: {damage}");
        }
    }
}
