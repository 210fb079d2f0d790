// SPDX-License-Identifier: MIT

using System.Globalization;
using RawMqtt.Brokers;
using RawMqtt.Sessions.Journal;
using RawMqtt.Storage;

namespace RawMqtt.Explain;

/// <summary>Explains the journal of a broker, a folder, or the session file of a client, line by line. Reads the files and changes nothing.</summary>
/// <remarks>The lines quote what peers sent, with control characters escaped. Each method throws <see cref="IOException"/> or
/// <see cref="UnauthorizedAccessException"/> if a file cannot be read, and <see cref="InvalidDataException"/> if it is no journal, or one of a newer
/// version.</remarks>
public static class JournalLines
{
    /// <summary>Explains each record: the file and where in it the record stands, its number, its kind and its fields.</summary>
    /// <param name="path">The folder of a broker's journal, or a client's session file.</param>
    /// <param name="line">Takes each line.</param>
    /// <returns>False if something is damaged: a line says what and where.</returns>
    public static bool Records(string path, Action<string> line)
    {
        if (!Directory.Exists(path)) return SessionFileLines.Records(path, line);
        return Read(path, new RecordLines(line), line);
    }

    /// <summary>Lists the kept sessions: client identifier, user, since when the client is away, messages that wait or are in flight,
    /// and subscriptions.</summary>
    /// <param name="path">The folder of a broker's journal, or a client's session file.</param>
    /// <param name="line">Takes each line.</param>
    /// <returns>False if something is damaged: a line says what and where.</returns>
    public static bool Sessions(string path, Action<string> line)
    {
        if (!Directory.Exists(path)) return SessionFileLines.Session(path, line);
        var recovered = new RecoveredBroker(new Utf8Comparer(0));
        bool isWhole = Read(path, new RecoveryVisitor(recovered), line);
        foreach (RecoveredSession session in recovered.Sessions) SessionLines.Write(session, line);
        line($"{Count(recovered.Sessions.Count(), "kept session")}, {Count(recovered.Wills.Count, "Will")} of clients that were connected");
        return isWhole;
    }

    /// <summary>Lists the retained messages: topic, QoS, payload, and whose they are.</summary>
    /// <param name="folder">The folder of a broker's journal.</param>
    /// <param name="line">Takes each line.</param>
    /// <returns>False if something is damaged: a line says what and where.</returns>
    public static bool Retained(string folder, Action<string> line)
    {
        if (File.Exists(folder)) throw new InvalidDataException($"{folder} is a file. Retained messages are in the folder of a broker's journal.");
        var recovered = new RecoveredBroker(new Utf8Comparer(0));
        bool isWhole = Read(folder, new RecoveryVisitor(recovered), line);
        Read(folder, new RetainedLines(recovered.Retained.Values.Select(one => one.Place).ToHashSet(), line), _ => { }); // once more, for their payloads
        line(Count(recovered.Retained.Count, "retained message"));
        return isWhole;
    }

    internal static string Count(long count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count} {what}{(count == 1 ? "" : "s")}");

    private static bool Read(string folder, IJournalVisitor visitor, Action<string> line)
    {
        using var files = JournalFiles.ReadOnly(folder);
        if (files.IsLockedByAnother) line("A broker uses this folder now: its last record may look as if it was not written to the end.");
        var damage = new DamageLines(visitor, line);
        int segments = new JournalReading(files, null, damage).ReadAll(JournalOwner.Broker).Count;
        if (segments == 0 && damage.IsWhole) throw new InvalidDataException($"{folder} holds no journal of a broker.");
        return damage.IsWhole;
    }
}
