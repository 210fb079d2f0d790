// SPDX-License-Identifier: MIT

using RawMqtt.Sessions.Journal;

namespace RawMqtt.Storage;

/// <summary>Takes what a journal holds, oldest first.</summary>
internal interface IJournalVisitor
{
    /// <summary>Takes a record; its fields are valid during the call.</summary>
    void Visit(SealedRecord record);

    /// <summary>Takes the news that bytes or records are lost, before the records that follow.</summary>
    void Visit(JournalDamage damage);
}
