// SPDX-License-Identifier: MIT

namespace RawMqtt.Cli.Captures;

/// <summary>Puts the segments that one end sent in order: late ones wait for those before them, and bytes that came already are left out.</summary>
/// <param name="next">The number of the first byte.</param>
internal sealed class TcpDirection(uint next)
{
    /// <summary>Segments beyond a gap that may wait for it; the gap then counts as bytes that the capture lacks.</summary>
    private const int MostWaiting = 256;

    private readonly List<(uint Sequence, ReadOnlyMemory<byte> Bytes)> waiting = [];

    /// <summary>Gets whether the capture lacks bytes, after which nothing more is returned.</summary>
    public bool HasGap { get; private set; }

    /// <summary>Gets whether segments wait for one before them.</summary>
    public bool IsWaiting => waiting.Count > 0;

    /// <summary>Takes a segment, and returns the bytes that follow those returned before, in order.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Take(uint sequence, ReadOnlyMemory<byte> bytes)
    {
        if (bytes.IsEmpty || HasGap) yield break;
        if (Distance(sequence) > 0)
        {
            if (waiting.Count == MostWaiting) HasGap = true;
            else waiting.Add((sequence, bytes));
            yield break;
        }

        ReadOnlyMemory<byte>? following = Following(sequence, bytes);
        while (following is { } whole)
        {
            next += (uint)whole.Length;
            yield return whole;
            following = null;
            for (int i = 0; i < waiting.Count && following is null; i++)
            {
                if (Distance(waiting[i].Sequence) > 0) continue;
                following = Following(waiting[i].Sequence, waiting[i].Bytes);
                waiting.RemoveAt(i--);
            }
        }
    }

    /// <summary>Returns the bytes that are new; null if there are none.</summary>
    private ReadOnlyMemory<byte>? Following(uint sequence, ReadOnlyMemory<byte> bytes)
    {
        long known = -(long)Distance(sequence);
        if (known >= bytes.Length) return null; // a conditional would turn null into no bytes
        return bytes[(int)known..];
    }

    /// <summary>Numbers wrap: what is less than 2^31 ahead is later.</summary>
    private int Distance(uint sequence) => unchecked((int)(sequence - next));
}
