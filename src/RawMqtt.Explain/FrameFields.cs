// SPDX-License-Identifier: MIT

using System.Globalization;
using RawMqtt.WebSockets;

namespace RawMqtt.Explain;

/// <summary>The head of a WebSocket frame bit by bit, RFC 6455 5.2.</summary>
internal static class FrameFields
{
    public static List<WireField> Of(ReadOnlySpan<byte> head, long offset, BrokenRule? broken)
    {
        List<WireField> fields = [];
        int first = head[0];
        string rsv = PacketFields.Bits(first >> 4 & 0b111, 3);
        string bits = $"{PacketFields.Bits(first, 8)}: FIN {first >> 7}, RSV {rsv}, opcode {first & 15:x} {NameOf(first & 15)}";
        fields.Add(new WireField(offset, [head[0]], "FIN, RSV, opcode", bits, "5.2"));
        if (head.Length > 1)
        {
            int second = head[1];
            bool masked = second >> 7 == 1;
            int length = second & 0x7F;
            string meaning = length switch { 126 => "length in the next 2 bytes", 127 => "length in the next 8 bytes", _ => $"length {length}" };
            fields.Add(new WireField(offset + 1, [head[1]], "MASK, length", $"{PacketFields.Bits(second, 8)}: MASK {second >> 7}, {meaning}", "5.2"));
            int extended = length switch { 126 => 2, 127 => 8, _ => 0 };
            if (extended > 0 && head.Length >= 2 + extended)
            {
                ulong value = 0;
                foreach (byte b in head.Slice(2, extended)) value = value << 8 | b;
                string read = value.ToString(CultureInfo.InvariantCulture);
                fields.Add(new WireField(offset + 2, head.Slice(2, extended).ToArray(), "Extended length", read, "5.2"));
            }

            if (masked && head.Length >= 6 + extended)
            {
                byte[] key = head.Slice(2 + extended, 4).ToArray();
                fields.Add(new WireField(offset + 2 + extended, key, "Masking key", "XORed over the payload, which is shown without it", "5.3"));
            }
        }

        if (broken is null) return fields;
        int at = broken.Rule switch
        {
            "WS-5.1-2" or "WS-5.1-4" or "WS-5.5-1" => 1,
            "WS-5.2-7" or "WS-5.2-8" or "WS-10.4-1" => fields.Count - 1,
            _ => 0,
        };
        at = Math.Min(at, fields.Count - 1);
        fields[at] = fields[at] with { Broken = broken };
        return fields[..(at + 1)];
    }

    public static string TitleOf(FrameHeader frame)
    {
        string payload = frame.PayloadLength == 1 ? "1 byte" : $"{frame.PayloadLength} bytes";
        return $"frame: {(frame.Fin ? "" : "more follow, ")}{NameOf((int)frame.Opcode)}{(frame.IsMasked ? ", masked" : "")}, {payload}";
    }

    public static string MeaningOf(int closeCode) => $"{closeCode}{closeCode switch
    {
        1000 => " normal closure",
        1001 => " going away",
        1002 => " protocol error",
        1003 => " unacceptable data",
        1007 => " invalid payload",
        1008 => " policy violation",
        1009 => " message too big",
        1010 => " extension missing",
        1011 => " internal error",
        _ => "",
    }}";

    private static string NameOf(int opcode) => opcode switch
    {
        0 => "continuation",
        1 => "text",
        2 => "binary",
        8 => "close",
        9 => "ping",
        10 => "pong",
        _ => "reserved",
    };
}
