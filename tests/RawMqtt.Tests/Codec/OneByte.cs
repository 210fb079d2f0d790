// SPDX-License-Identifier: MIT

using RawMqtt.Codec;

namespace RawMqtt.Tests.Codec;

/// <summary>Each byte value at each place of texts of up to 70 bytes, right beside memory that no one may read: short texts are read in one piece, in two that
/// overlap, or in a loop.</summary>
public static class OneByte
{
    public delegate bool Check(ReadOnlySpan<byte> text, out ProtocolViolation? violation);

    /// <param name="check">What is tested.</param>
    /// <param name="whenEmpty">What an empty text breaks.</param>
    /// <param name="expected">What a byte breaks that stands in a text of this length, whose other bytes are <c>a</c>.</param>
    public static void Decides(Check check, ProtocolViolation? whenEmpty, Func<byte, int, ProtocolViolation?> expected)
    {
        using var atEnd = new GuardedBytes(new byte[70]);
        using var atStart = new GuardedBytes(new byte[70], atStart: true);
        Try(check, [], whenEmpty);
        for (int length = 1; length <= 70; length++)
        {
            TryAll(check, atEnd.Span[^length..], expected);
            TryAll(check, atStart.Span[..length], expected);
        }
    }

    private static void TryAll(Check check, Span<byte> text, Func<byte, int, ProtocolViolation?> expected)
    {
        text.Fill((byte)'a');
        for (int i = 0; i < text.Length; i++)
        {
            for (int value = 0; value <= 0xFF; value++)
            {
                text[i] = (byte)value;
                Try(check, text, expected((byte)value, text.Length));
            }

            text[i] = (byte)'a';
        }
    }

    private static void Try(Check check, ReadOnlySpan<byte> text, ProtocolViolation? expected)
    {
        bool valid = check(text, out ProtocolViolation? violation);
        if (violation != expected || valid != expected is null) Assert.Fail($"{Convert.ToHexString(text)}: {violation}, not {expected}");
    }
}
