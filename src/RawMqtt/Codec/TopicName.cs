using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace RawMqtt.Codec;

/// <summary>Topic names, 4.7: what a message is published under. Levels are parted by <c>/</c> and may be empty.</summary>
public static class TopicName
{
    /// <summary>Whether <paramref name="name"/> may stand in a PUBLISH: 1 to 65535 bytes of UTF-8 without U+0000, <c>#</c> and <c>+</c>.</summary>
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

    private static bool IsValidRare(ReadOnlySpan<byte> name, [NotNullWhen(false)] out ProtocolViolation? violation)
    {
        if (name.IsEmpty) violation = ProtocolViolation.EmptyTopic;                                                 // [MQTT-4.7.3-1]
        else if (name.Length > Utf8Text.MaxLength) violation = ProtocolViolation.TopicTooLong;                      // [MQTT-4.7.3-3]
        else if (!Utf8Text.IsValid(name, out violation)) return false;                                             // [MQTT-4.7.3-2]
        else if (name.ContainsAny((byte)'#', (byte)'+')) violation = ProtocolViolation.WildcardInTopicName;         // [MQTT-3.3.2-2], [MQTT-4.7.1-1]
        return violation is null;
    }
}
