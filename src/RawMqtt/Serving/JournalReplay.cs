// SPDX-License-Identifier: MIT

using RawMqtt.Brokers;
using RawMqtt.Sessions.Journal;
using RawMqtt.Storage;

namespace RawMqtt.Serving;

/// <summary>Passes what a journal holds to a <see cref="RecoveredBroker"/>, and its damage to the log.</summary>
internal sealed class JournalReplay(RecoveredBroker recovered, BrokerReports reports) : IJournalVisitor
{
    public void Visit(SealedRecord record) => recovered.Apply(record);

    public void Visit(JournalDamage damage)
    {
        reports.JournalDamaged(damage);
        if (damage.Kind == JournalDamageKind.Gap) recovered.ApplyGap();
    }
}
