// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Sessions.Journal;
using RawMqtt.Storage;

namespace RawMqtt.Tests.Storage;

/// <summary>Keeps what was visited.</summary>
internal sealed class VisitedJournal : IJournalVisitor
{
    public List<string> Records { get; } = [];

    public List<long> Numbers { get; } = [];

    public List<JournalPlace> Places { get; } = [];

    public List<JournalDamage> Damage { get; } = [];

    public void Visit(SealedRecord record)
    {
        Records.Add($"{record.Kind} {Encoding.UTF8.GetString(record.Fields)}");
        Numbers.Add(record.Number);
        Places.Add(record.Place);
    }

    public void Visit(JournalDamage damage) => Damage.Add(damage);

    /// <summary>Whether one of the reports says that a record is lost, or may be.</summary>
    public bool Tells(long number) =>
        Damage.Any(one => one.Kind != JournalDamageKind.Header && (number >= one.FirstLost && number <= one.LastLost || one.LastLost < one.FirstLost));
}
