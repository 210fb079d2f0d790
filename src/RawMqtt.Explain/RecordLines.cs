// SPDX-License-Identifier: MIT

using System.Globalization;
using RawMqtt.Sessions.Journal;
using RawMqtt.Storage;

namespace RawMqtt.Explain;

/// <summary>Writes each record of a broker in a line.</summary>
internal sealed class RecordLines(Action<string> line) : IJournalVisitor
{
    /// <summary>Returns the line of a record.</summary>
    public static string Of(string file, SealedRecord record, string kind, string? fields)
    {
        fields ??= $"{record.Fields.Length} bytes that do not fit this kind";
        return string.Create(CultureInfo.InvariantCulture, $"{file} {record.Place.Offset,9} #{record.Number,-8} {kind,-16} {fields}").TrimEnd();
    }

    public void Visit(SealedRecord record) =>
        line(Of(JournalSegment.NameOf(record.Place.Segment), record, BrokerFields.NameOf(record.Kind), BrokerFields.Describe(record.Kind, record.Fields)));

    public void Visit(JournalDamage damage)
    {
        // DamageLines has said it
    }
}
