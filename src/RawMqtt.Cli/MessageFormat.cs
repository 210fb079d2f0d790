// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Globalization;
using System.Text;

namespace RawMqtt.Cli;

/// <summary>Writes a message in a format that the user gives, with the letters of mosquitto_sub -F: %t topic, %p payload, and so on; @ and a letter of
/// strftime for times; and \ for characters that are hard to type.</summary>
internal sealed class MessageFormat
{
    private const string Letters = "%ACDEFIJPRSUXdfjlmpqrtx";
    private const string Known = "%t topic, %p payload, %x and %X hexadecimal, %f and %d binary numbers, %l length, %m packet identifier, %q QoS, %r retain, "
        + "%j and %J JSON, %I and %U time, %%, and the letters of MQTT 5 %A %C %D %E %F %P %R %S, which print nothing";

    private const string Version5 = "ACDEFPRS";
    private const string Separators = "!\"#$&'()*+,-./:;<=>?@[\\]^_`{|}~ ";

    private readonly List<FormatPart> parts = [];
    private readonly bool isPretty;

    /// <exception cref="FormatException">The format has a letter that is not known; the message has the list.</exception>
    public MessageFormat(string format, bool isPretty = false)
    {
        this.isPretty = isPretty;
        var literal = new StringBuilder();
        for (int i = 0; i < format.Length;)
        {
            if (format[i] is not ('%' or '@' or '\\'))
            {
                literal.Append(format[i++]);
                continue;
            }

            int start = i;
            FormatPart part = format[i] switch { '%' => ReadField(format, ref i), '@' => ReadTime(format, ref i), _ => ReadEscape(format, ref i) };
            if (i > format.Length) throw new FormatException($"-F ends within \"{format[start..]}\"");
            if (part.Letter == FormatPart.Literal)
            {
                literal.Append(part.Text);
                continue;
            }

            Add(literal);
            parts.Add(part);
        }

        Add(literal);
    }

    /// <summary>Returns whether a file name in this format differs from message to message, or the format is of no use as one.</summary>
    public bool HasFields => parts.Exists(part => part.Letter != FormatPart.Literal);

    /// <summary>Writes one message.</summary>
    /// <param name="output">Gets the bytes.</param>
    /// <param name="message">The message.</param>
    /// <param name="isEscaped">Whether control characters of the message are escaped, as on a terminal.</param>
    /// <param name="now">The time of %I, %U and the letters of strftime.</param>
    public void Write(IBufferWriter<byte> output, in MqttMessageView message, bool isEscaped, DateTimeOffset now)
    {
        ReadOnlySpan<byte> topic = isEscaped ? TerminalText.Escape(message.Topic) : message.Topic;
        ReadOnlySpan<byte> payload = isEscaped ? TerminalText.Escape(message.Payload) : message.Payload;
        foreach (FormatPart part in parts)
        {
            switch (part.Letter)
            {
                case FormatPart.Literal: output.Write(part.Bytes); break;
                case 't': Write(output, Cut(topic, part), part, mayBeZero: false); break;
                case 'p': Write(output, payload, part, mayBeZero: false); break;
                case 'j' or 'J' when isEscaped: WriteEscapedJson(output, part, message, now); break;
                case 'j' or 'J': MessageJson.Write(output, message, now, part.Letter == 'J', isPretty); break;
                case 'd' or 'f': Write(output, NumberOf(part, message), part with { Width = 0 }); break;
                default: Write(output, FieldOf(part, message, now), part); break;
            }
        }
    }

    private void WriteEscapedJson(IBufferWriter<byte> output, FormatPart part, in MqttMessageView message, DateTimeOffset now)
    {
        var json = new ArrayBufferWriter<byte>();
        MessageJson.Write(json, message, now, part.Letter == 'J', isPretty);
        output.Write(TerminalText.EscapeJson(json.WrittenSpan));
    }

    private static FormatPart ReadField(string format, ref int i)
    {
        var part = new FormatPart { Width = 0, Precision = -1 };
        for (i++; At(format, i) is '0' or '-'; i++) part = format[i] == '0' ? part with { IsZeroPadded = true } : part with { IsLeft = true };
        part = part with { Width = ReadNumber(format, ref i) };
        if (At(format, i) == '.')
        {
            i++;
            part = part with { Precision = ReadNumber(format, ref i) };
        }

        if (At(format, i) is { } separator && Separators.Contains(separator) && At(format, i + 1) is 'x' or 'X')
        {
            part = part with { Separator = $"{format[i]}" };
            i++;
        }

        char? letter = At(format, i++);
        if (letter is null) return part;
        if (!Letters.Contains(letter.Value)) throw new FormatException($"-F knows {Known}; not \"%{letter}\"");
        return letter == '%' ? new FormatPart { Text = "%" } : part with { Letter = letter.Value };
    }

    private static FormatPart ReadTime(string format, ref int i)
    {
        char? letter = At(format, i + 1);
        i += 2;
        return letter == '@' ? new FormatPart { Text = "@" } : new FormatPart { Letter = '@', Text = $"{letter}" };
    }

    private static FormatPart ReadEscape(string format, ref int i)
    {
        char? letter = At(format, i + 1);
        i += 2;
        return new FormatPart
        {
            Text = letter switch
            {
                null or '\\' => "\\",
                '0' => "\0",
                'a' => "\a",
                'e' => "\e",
                'n' => "\n",
                'r' => "\r",
                't' => "\t",
                'v' => "\v",
                _ => throw new FormatException($"-F knows \\\\ \\0 \\a \\e \\n \\r \\t \\v; not \"\\{letter}\""),
            },
        };
    }

    private static char? At(string format, int i) => i < format.Length ? format[i] : null;

    private static int ReadNumber(string format, ref int i)
    {
        int number = 0;
        for (; At(format, i) is >= '0' and <= '9'; i++) number = Math.Min(100_000, (10 * number) + format[i] - '0');
        return number;
    }

    private static ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> bytes, FormatPart part) =>
        part.Precision >= 0 && part.Precision < bytes.Length ? bytes[..part.Precision] : bytes;

    private static string FieldOf(FormatPart part, in MqttMessageView message, DateTimeOffset now) => part.Letter switch
    {
        'x' => string.Join(part.Separator, Hexadecimal(message.Payload, "x2", part.Separator)),
        'X' => string.Join(part.Separator, Hexadecimal(message.Payload, "X2", part.Separator)),
        'l' => message.Payload.Length.ToString(CultureInfo.InvariantCulture),
        'm' => message.PacketId.ToString(CultureInfo.InvariantCulture),
        'q' => ((int)message.Qos).ToString(CultureInfo.InvariantCulture),
        'r' => message.Retain ? "1" : "0",
        'U' => string.Create(CultureInfo.InvariantCulture, $"{now.ToUnixTimeSeconds()}.{Nanoseconds(now)}"),
        'I' => MessageJson.ZoneOf(now, "yyyy-MM-ddTHH:mm:ss"),
        '@' when part.Text == "N" => Nanoseconds(now),
        '@' => CalendarText.Of(now, part.Text),
        _ => "",
    };

    /// <summary>Returns a payload that is a number of IEEE 754 in the machine's order of bytes, as printf writes it; nothing for other payloads.</summary>
    private static string NumberOf(FormatPart part, in MqttMessageView message)
    {
        int size = part.Letter == 'f' ? sizeof(float) : sizeof(double);
        if (message.Payload.Length != size)
        {
            Tool.Warn($"the message on topic {Encoding.UTF8.GetString(message.Topic)} has {message.Payload.Length} bytes, and %{part.Letter} needs {size}");
            return "";
        }

        double number = size == sizeof(float) ? BitConverter.ToSingle(message.Payload) : BitConverter.ToDouble(message.Payload);
        string sign = double.IsNegative(number) ? "-" : "";
        string digits = double.IsNaN(number) ? "nan" : double.IsInfinity(number) ? "inf"
            : Math.Abs(number).ToString($"F{(part.Precision < 0 ? 6 : part.Precision)}", CultureInfo.InvariantCulture);
        if (part is { IsZeroPadded: true, IsLeft: false } && double.IsFinite(number)) digits = digits.PadLeft(Math.Max(0, part.Width - sign.Length), '0');
        return part.IsLeft ? $"{sign}{digits}".PadRight(part.Width) : $"{sign}{digits}".PadLeft(part.Width);
    }

    private static string[] Hexadecimal(ReadOnlySpan<byte> bytes, string form, string separator)
    {
        if (separator.Length == 0) return [form == "x2" ? Convert.ToHexStringLower(bytes) : Convert.ToHexString(bytes)];
        string[] pairs = new string[bytes.Length];
        for (int i = 0; i < pairs.Length; i++) pairs[i] = bytes[i].ToString(form, CultureInfo.InvariantCulture);
        return pairs;
    }

    private static string Nanoseconds(DateTimeOffset now) => $"{now.Ticks % TimeSpan.TicksPerSecond * 100:000000000}";

    private static void Write(IBufferWriter<byte> output, string text, FormatPart part)
    {
        if (Version5.Contains(part.Letter)) return; // a property that no message of MQTT 3.1.1 has
        if (part is { Letter: 'I', Precision: >= 0 } && part.Precision < text.Length) text = text[..part.Precision];
        Write(output, Encoding.UTF8.GetBytes(text), part, mayBeZero: part.Letter is 'l' or 'm' or 'x' or 'X');
    }

    private static void Write(IBufferWriter<byte> output, ReadOnlySpan<byte> text, FormatPart part, bool mayBeZero)
    {
        int padding = part.Letter is 'q' or 'r' or 'U' or '@' ? 0 : part.Width - text.Length;
        if (padding > 0 && !part.IsLeft) Pad(output, padding, part.IsZeroPadded && mayBeZero ? (byte)'0' : (byte)' ');
        output.Write(text);
        if (padding > 0 && part.IsLeft) Pad(output, padding, (byte)' ');
    }

    private static void Pad(IBufferWriter<byte> output, int count, byte with)
    {
        output.GetSpan(count)[..count].Fill(with);
        output.Advance(count);
    }

    private void Add(StringBuilder literal)
    {
        if (literal.Length == 0) return;
        parts.Add(new FormatPart { Bytes = Encoding.UTF8.GetBytes(literal.ToString()) });
        literal.Clear();
    }
}
