// SPDX-License-Identifier: MIT

using RawMqtt.Sessions;

namespace RawMqtt.Tests.Simulation;

/// <summary>The file of one client's session: what was written outlives the process, what was only noted does not.</summary>
internal sealed class SimulatedDisk(string clientId)
{
    private readonly List<byte> bytes = [];

    /// <summary>Where the session of the running process takes its notes.</summary>
    public SessionJournal Journal { get; private set; } = new(0);

    /// <summary>What the application of the running process has and is not done with, or is done with and the file does not say so yet.</summary>
    public List<Held> Held { get; } = [];

    /// <summary>Writes all that was noted.</summary>
    public void Write()
    {
        Held.RemoveAll(message => message.IsDone);
        bytes.AddRange(Journal.Output.Written.Span);
        Journal.Output.Reset();
    }

    /// <summary>The process ends, perhaps while it writes, and a new one begins.</summary>
    /// <returns>The payloads of those that come again.</returns>
    public string[] StartAnew(World world, WireRules rules)
    {
        if (world.Chance(0.2)) bytes.AddRange(Journal.Output.Written[..(int)(world.Random.NextDouble() * Journal.Output.Length)].Span);
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
        var rewritten = new OutgoingBuffer();
        saved.WriteTo(rewritten, clientId);
        bytes.Clear();
        bytes.AddRange(rewritten.Written.Span);
        Journal = new SessionJournal(saved.NextNumber);
    }

    /// <summary>Whether the application was done with it, and at QoS 2 the file says so too.</summary>
    private static bool IsKnown(Held message, SavedSession saved) =>
        message.IsDone && (message.Receipt.Qos == QualityOfService.AtLeastOnce || saved.Received.Contains(message.Receipt.PacketId));
}
