// SPDX-License-Identifier: MIT

using RawMqtt.Sessions;
using RawMqtt.Sessions.Journal;
using RawMqtt.Tests.Sessions.Journal;

namespace RawMqtt.Tests.Simulation;

/// <summary>The file of one client's session: what was written outlives the process, what was only noted does not.</summary>
internal sealed class SimulatedDisk(string clientId)
{
    private readonly List<byte> bytes = [];
    private long nextRecord = 1;

    /// <summary>Where the session of the running process takes its notes.</summary>
    public SessionJournal Journal { get; private set; } = new(0);

    /// <summary>What the application of the running process has and is not done with, or is done with and the file does not say so yet.</summary>
    public List<Held> Held { get; } = [];

    /// <summary>Writes all that was noted.</summary>
    public void Write()
    {
        Held.RemoveAll(message => message.IsDone);
        bytes.AddRange(Noted());
        Journal.Output.Clear();
    }

    /// <summary>The process ends, perhaps while it writes, and a new one begins.</summary>
    /// <returns>The payloads of those that come again.</returns>
    public string[] StartAnew(World world, WireRules rules)
    {
        if (world.Chance(0.2)) bytes.AddRange(Noted()[..(int)(world.Random.NextDouble() * Journal.Output.Length)]);
        SavedSession saved = Read();
        rules.EndedUnsaved(packetId => saved.Released.Contains(packetId) || saved.Sent.Any(sent => sent.Key == packetId));
        string[] again = EndProcess(saved);
        Rewrite(saved);
        return again;
    }

    public SavedSession Read() => SavedSession.Read(bytes.ToArray());

    /// <summary>Forgets what the application holds, and returns the payloads of those that come again to the next process.</summary>
    private string[] EndProcess(SavedSession saved)
    {
        string[] again = [.. Held.Where(message => !IsKnown(message, saved)).Select(message => message.Payload)];
        Held.Clear();
        return again;
    }

    /// <summary>A new process writes the file anew, and takes its notes behind that.</summary>
    private void Rewrite(SavedSession saved)
    {
        var rewritten = new RecordBuffer();
        saved.WriteTo(rewritten, clientId);
        bytes.Clear();
        bytes.AddRange(SealedFile.Of(rewritten));
        nextRecord = rewritten.Appended + 1;
        Journal = new SessionJournal(saved.NextNumber);
    }

    private Span<byte> Noted()
    {
        if (bytes.Count == 0) bytes.AddRange(SealedFile.Of(new RecordBuffer()));
        nextRecord = Sealing.Seal(Journal.Output.Records, SealedFile.Key, nextRecord);
        return Journal.Output.Records;
    }

    /// <summary>Whether the application was done with it, and at QoS 2 the file says so too.</summary>
    private static bool IsKnown(Held message, SavedSession saved) =>
        message.IsDone && (message.Receipt.Qos == QualityOfService.AtLeastOnce || saved.Received.Contains(message.Receipt.PacketId));
}
