// SPDX-License-Identifier: MIT

using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text.Unicode;

namespace RawMqtt.Codec;

/// <summary>Checks topic names, 4.7. A name has levels between <c>/</c>; a level may be empty.</summary>
public static class TopicName
{
    /// <summary>Returns whether <paramref name="name"/> is valid: 1 to 65535 bytes of UTF-8 without U+0000, <c>#</c> and <c>+</c>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsValid(ReadOnlySpan<byte> name, [NotNullWhen(false)] out ProtocolViolation? violation)
    {
        if (PlainText.Is(name, wildcards: false) && name.Length <= Utf8Text.MaxLength)
        {
            violation = null;
            return true;
        }

        return IsValidRare(name, out violation);
    }

    /// <summary>The same, where a wildcard breaks the rule of PUBLISH.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static bool IsValidInPublish(ReadOnlySpan<byte> name, [NotNullWhen(false)] out ProtocolViolation? violation)
    {
        if (IsValid(name, out violation)) return true;
        if (violation == ProtocolViolation.WildcardInTopicName) violation = ProtocolViolation.WildcardInPublish; // [MQTT-3.3.2-2]
        return false;
    }

    private static bool IsValidRare(ReadOnlySpan<byte> name, [NotNullWhen(false)] out ProtocolViolation? violation)
    {
        violation =
            name.IsEmpty ? ProtocolViolation.EmptyTopic :                           // [MQTT-4.7.3-1]
            name.Length > Utf8Text.MaxLength ? ProtocolViolation.TopicTooLong :     // [MQTT-4.7.3-3]
            Utf8.IsValid(name) && !name.ContainsAny((byte)0, (byte)'#', (byte)'+') ? null :
            !Utf8Text.IsValid(name, out ProtocolViolation? inText) ? inText :       // [MQTT-4.7.3-2]
            ProtocolViolation.WildcardInTopicName;                                  // [MQTT-4.7.1-1]
        return violation is null;
    }
}
