// SPDX-License-Identifier: MIT

using RawMqtt.Brokers;
using RawMqtt.Sessions.Journal;
using RawMqtt.Storage;

namespace RawMqtt.Explain;

/// <summary>Lets a broker recover as its next process would.</summary>
internal sealed class RecoveryVisitor(RecoveredBroker recovered) : IJournalVisitor
{
    public void Visit(SealedRecord record) => recovered.Apply(record);

    public void Visit(JournalDamage damage)
    {
        if (damage.Kind == JournalDamageKind.Gap) recovered.ApplyGap();
    }
}
