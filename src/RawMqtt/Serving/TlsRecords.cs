// SPDX-License-Identifier: MIT

namespace RawMqtt.Serving;

/// <summary>Follows the records of TLS in what is received, RFC 8446 5.1, to know whether one has begun and is not complete: the deadline of packets
/// holds for it too.</summary>
internal sealed class TlsRecords
{
    private const int HeaderLength = 5;

    private int header;    // bytes of the header that have come
    private int length;
    private int left;      // bytes of the record behind its header that have not come

    /// <summary>Gets whether a record has begun and is not complete. Other threads than the reader's see a moment ago.</summary>
    public bool IsWithinRecord => header > 0 || left > 0;

    /// <summary>Takes bytes that were received.</summary>
    public void Take(ReadOnlySpan<byte> received)
    {
        while (!received.IsEmpty)
        {
            if (left > 0)
            {
                int taken = Math.Min(left, received.Length);
                left -= taken;
                received = received[taken..];
                continue;
            }

            length = length << 8 | received[0]; // the last two bytes of a header are the length
            received = received[1..];
            if (++header < HeaderLength) continue;
            left = length & 0xffff;
            header = 0;
        }
    }
}
