// SPDX-License-Identifier: MIT

using RawMqtt.Brokers;
using RawMqtt.Sessions.Journal;
using RawMqtt.Storage;

namespace RawMqtt.Tests.Storage;

/// <summary>Recovers a broker, and keeps what was visited.</summary>
internal sealed class RecoveringVisitor(RecoveredBroker recovered, VisitedJournal visited) : IJournalVisitor
{
    public void Visit(SealedRecord record)
    {
        visited.Visit(record);
        recovered.Apply(record);
    }

    public void Visit(JournalDamage damage)
    {
        visited.Visit(damage);
        if (damage.Kind == JournalDamageKind.Gap) recovered.ApplyGap();
    }
}
