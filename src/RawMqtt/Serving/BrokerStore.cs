// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Brokers;
using RawMqtt.Sessions.Journal;
using RawMqtt.Storage;

namespace RawMqtt.Serving;

/// <summary>The journal of a broker, open.</summary>
internal sealed class BrokerStore : IDisposable
{
    private readonly JournalFiles files;
    private readonly Committer committer;
    private readonly LockedCore core;
    private readonly StoredLoader loader;
    private readonly TimeSpan stopTimeout;

    private BrokerStore(LockedCore core, JournalFiles files, Committer committer, StoredLoader loader, TimeSpan stopTimeout) =>
        (this.core, this.files, this.committer, this.loader, this.stopTimeout) = (core, files, committer, loader, stopTimeout);

    /// <summary>Opens the journal in <see cref="MqttBrokerOptions.DataDirectory"/>, and gives the broker what an earlier process noted.</summary>
    /// <exception cref="MqttException">The folder cannot be used.</exception>
    public static BrokerStore Open(MqttBrokerOptions options, LockedCore core, BrokerReports reports)
    {
        if (options.DataDirectory is not { Length: > 0 } folder)
            throw new MqttException(MqttErrorCode.InvalidOptions, $"Durability is {options.Durability}, and DataDirectory names no folder.");
        JournalFiles? files = null;
        try
        {
            files = JournalFiles.Lock(folder);
            return Open(options, core, reports, files);
        }
        catch (Exception failure)
        {
            files?.Dispose();
            if (failure is IOException or UnauthorizedAccessException or InvalidDataException)
            {
                string message = $"The folder {folder} cannot be used for the broker's journal: {failure.Message}";
                throw new MqttException(MqttErrorCode.InvalidOptions, message, failure);
            }

            throw;
        }
    }

    /// <summary>Waits until all that was noted is committed.</summary>
    public async Task CommitRestAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            bool isIdle;
            using (core.Enter()) isIdle = committer.IsIdle;
            if (isIdle) return;
            await Task.Delay(TimeSpan.FromMilliseconds(1), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Closes the journal when the commit that is under way is over, or after <see cref="MqttBrokerOptions.StopTimeout"/>.</summary>
    public void Dispose()
    {
        committer.Stop(stopTimeout);
        loader.Dispose();
        files.Dispose();
    }

    private static BrokerStore Open(MqttBrokerOptions options, LockedCore core, BrokerReports reports, JournalFiles files)
    {
        TimeProvider time = options.TimeProvider;
        long begun = time.GetTimestamp();
        bool isSynced = options.Durability == MqttDurability.Disk;
        var recovered = new RecoveredBroker(core.Core.Comparer);
        var replay = new JournalReplay(recovered, reports);
        JournalFolder journal = JournalFolder.Open(files, JournalOwner.Broker, options.Limits.JournalSegmentLength, isSynced, replay);
        using CoreUse use = core.Enter();
        long startedAt = time.GetUtcNow().ToUnixTimeSeconds() - (long)use.Now.TotalSeconds;
        var broker = new JournalledBroker(use.Core.Parts, new BrokerJournal(recovered.Last, startedAt), recovered.Stored);
        var reader = new RecordReader(journal);
        broker.Restore(recovered, reader.Read, startedAt);
        Report(recovered, use.Core, reports, options.DataDirectory!, time.GetElapsedTime(begun));
        core.Committer = new Committer(core, broker, journal, isSynced, reports, time);
        core.Committer.Carrier = new JournalCarrier(core, broker, journal, core.Committer, reports, options);
        var loader = new StoredLoader(core, broker, reader, reports, time);
        core.Loader = loader;
        return new BrokerStore(core, files, core.Committer, loader, options.StopTimeout);
    }

    private static void Report(RecoveredBroker recovered, BrokerCore core, BrokerReports reports, string folder, TimeSpan took)
    {
        foreach (RecoveredSession session in recovered.Lost) reports.SessionLost(session.Number, session.Filters.Count, session.Messages);
        int sessions = recovered.Sessions.Count();
        if (sessions + recovered.Retained.Count == 0) return;
        long waiting = 0;
        foreach (Subscriber subscriber in core.Sessions.All) waiting += subscriber.Session.Queued + subscriber.Session.InFlight;
        foreach (RecoveredSession session in recovered.Sessions)
        {
            if (session.IsDamaged) reports.SessionUncertain(Encoding.UTF8.GetString(session.ClientId));
        }

        reports.JournalRead(folder, sessions, waiting, recovered.Retained.Count, took);
    }
}
