// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace RawMqtt.Cli;

/// <summary>Writes a message in a format that the user gives, with the letters of mosquitto_sub -F.</summary>
/// <remarks>%t topic, %p payload, %x and %X its hexadecimal, %l its length, %q QoS, %r retain, %U and %I the time, %% itself.</remarks>
internal sealed class MessageFormat
{
    private const string Letters = "tpxXlqrUI%";

    private readonly string format;

    /// <exception cref="FormatException">The format has a letter that is not known.</exception>
    public MessageFormat(string format)
    {
        this.format = Unescape(format);
        for (int i = this.format.IndexOf('%'); i >= 0; i = i + 2 > this.format.Length ? -1 : this.format.IndexOf('%', i + 2))
        {
            string field = this.format[i..Math.Min(i + 2, this.format.Length)];
            if (field.Length == 2 && Letters.Contains(field[1], StringComparison.Ordinal)) continue;
            throw new FormatException($"-F knows %t %p %x %X %l %q %r %U %I and %%, not \"{field}\"");
        }
    }

    /// <summary>Writes one message; <paramref name="topic"/> and <paramref name="payload"/> are the message's own, or escaped for a terminal.</summary>
    public void Write(
        IBufferWriter<byte> output, in MqttMessageView message, ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload, DateTimeOffset now)
    {
        int start = 0;
        for (int percent; (percent = format.IndexOf('%', start)) >= 0; start = percent + 2)
        {
            WriteText(output, format[start..percent]);
            switch (format[percent + 1])
            {
                case 't': output.Write(topic); break;
                case 'p': output.Write(payload); break;
                default: WriteText(output, FieldOf(format[percent + 1], message, now)); break;
            }
        }

        WriteText(output, format[start..]);
    }

    private static string FieldOf(char letter, in MqttMessageView message, DateTimeOffset now) => letter switch
    {
        'x' => Convert.ToHexStringLower(message.Payload),
        'X' => Convert.ToHexString(message.Payload),
        'l' => message.Payload.Length.ToString(CultureInfo.InvariantCulture),
        'q' => ((int)message.Qos).ToString(CultureInfo.InvariantCulture),
        'r' => message.Retain ? "1" : "0",
        'U' => string.Create(CultureInfo.InvariantCulture, $"{now.ToUnixTimeMilliseconds() / 1000m:0.000}"),
        'I' => now.ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture),
        _ => "%",
    };

    private static string Unescape(string format) => Regex.Replace(format, @"\\[\\nrt]", escape => escape.Value[1] switch
    {
        'n' => "\n",
        'r' => "\r",
        't' => "\t",
        _ => "\\",
    });

    private static void WriteText(IBufferWriter<byte> output, string text) => output.Write(Encoding.UTF8.GetBytes(text));
}
