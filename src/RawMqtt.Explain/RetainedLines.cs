// SPDX-License-Identifier: MIT

using RawMqtt.Brokers;
using RawMqtt.Sessions.Journal;
using RawMqtt.Storage;
using static RawMqtt.Explain.FieldCursor;

namespace RawMqtt.Explain;

/// <summary>Writes the records at some places, those of retained messages, in a line each.</summary>
internal sealed class RetainedLines(HashSet<JournalPlace> places, Action<string> line) : IJournalVisitor
{
    public void Visit(SealedRecord record)
    {
        if (!places.Contains(record.Place) || !PublishedFields.TryRead(record.Fields, out PublishedFields message)) return;
        string owner = message.Owner.IsEmpty ? "the program's" : $"of {Quoted(message.Owner)}";
        line($"{Quoted(message.Topic)}  QoS {(int)message.Qos}  {Shown(message.Payload)}  {owner}");
    }

    public void Visit(JournalDamage damage)
    {
        // the first reading has said it
    }
}
