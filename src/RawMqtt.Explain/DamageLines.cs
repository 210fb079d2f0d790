// SPDX-License-Identifier: MIT

using RawMqtt.Sessions.Journal;
using RawMqtt.Storage;

namespace RawMqtt.Explain;

/// <summary>Says what is damaged, and passes all on.</summary>
internal sealed class DamageLines(IJournalVisitor next, Action<string> line) : IJournalVisitor
{
    public bool IsWhole { get; private set; } = true;

    public void Visit(SealedRecord record) => next.Visit(record);

    public void Visit(JournalDamage damage)
    {
        IsWhole = false;
        line($"{damage.File} {damage.Offset}: {damage.Length} bytes {WordsOf(damage)}");
        next.Visit(damage);
    }

    private static string WordsOf(JournalDamage damage) => damage.Kind switch
    {
        JournalDamageKind.Header => "of a header are damaged; the other copy is used",
        JournalDamageKind.Tail => "at the end are no whole record; what was committed stands before them, unless the disk lost it",
        _ when damage.LastLost < damage.FirstLost => "cannot be read: its records are lost",
        _ => $"are damaged: the records #{damage.FirstLost} to #{damage.LastLost} are lost",
    };
}
