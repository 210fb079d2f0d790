// SPDX-License-Identifier: MIT

using System.Diagnostics.CodeAnalysis;
using System.Text.Unicode;

namespace RawMqtt.Codec;

/// <summary>Checks the strings of the protocol, 1.5.3: well-formed UTF-8 of at most 65535 bytes, without U+0000.</summary>
/// <remarks>Other control characters and non-characters are valid, and so is U+FEFF anywhere [MQTT-1.5.3-3].</remarks>
public static class Utf8Text
{
    /// <summary>The longest string in bytes, 1.5.3.</summary>
    public const int MaxLength = 65535;

    /// <summary>Returns whether <paramref name="text"/> may stand in a packet.</summary>
    public static bool IsValid(ReadOnlySpan<byte> text, [NotNullWhen(false)] out ProtocolViolation? violation)
    {
        violation =
            PlainText.Is(text, wildcards: true) ? null :
            !Utf8.IsValid(text) ? ProtocolViolation.IllFormedUtf8 :   // [MQTT-1.5.3-1]
            text.Contains((byte)0) ? ProtocolViolation.NullCharacter : // [MQTT-1.5.3-2]
            null;
        return violation is null;
    }
}
