// SPDX-License-Identifier: MIT

using RawMqtt.Sessions.Journal;
using RawMqtt.Storage;

namespace RawMqtt.Serving;

/// <summary>Reads records of a journal again, one at a time.</summary>
internal sealed class RecordReader(JournalFolder journal)
{
    private const int KeptLength = 64 * 1024;

    private byte[] buffer = new byte[1024];

    /// <summary>Returns the fields of a record, valid until the next call; empty if it is damaged, or its segment is gone.</summary>
    /// <exception cref="IOException">It could not be read this time.</exception>
    public ReadOnlySpan<byte> Read(JournalPlace place)
    {
        if (buffer.Length < place.Length || buffer.Length > Math.Max(KeptLength, place.Length)) buffer = new byte[place.Length];
        try
        {
            return journal.TryRead(place, buffer, out SealedRecord record) ? record.Fields : default;
        }
        catch (Exception failure) when (failure is UnauthorizedAccessException or ObjectDisposedException)
        {
            throw new IOException(failure.Message, failure); // a segment that is deleted at this moment is closed
        }
    }
}
