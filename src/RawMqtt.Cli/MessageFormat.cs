// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Text;

namespace RawMqtt.Cli;

/// <summary>A line for each message as the user wants it, with the letters of mosquitto_sub -F: %t topic, %p payload, %x and %X its hexadecimal, %l its length, %q QoS, %r retain, %U and %I the time, %% itself.</summary>
internal sealed class MessageFormat
{
    private const string Letters = "tpxXlqrUI%";

    private readonly string format;

    /// <exception cref="FormatException">A letter that is not known.</exception>
    public MessageFormat(string format)
    {
        this.format = format.Replace(@"\\", "\0", StringComparison.Ordinal).Replace(@"\n", "\n", StringComparison.Ordinal).Replace(@"\t", "\t", StringComparison.Ordinal).Replace(@"\r", "\r", StringComparison.Ordinal).Replace('\0', '\\');
        for (int i = 0; i < this.format.Length; i++)
        {
            if (this.format[i] == '%' && (++i == this.format.Length || !Letters.Contains(this.format[i], StringComparison.Ordinal))) throw new FormatException($"-F knows %t %p %x %X %l %q %r %U %I and %%, not \"{this.format[(i - 1)..Math.Min(i + 1, this.format.Length)]}\"");
        }
    }

    public void Write(Stream output, in MqttMessageView message, DateTimeOffset now)
    {
        int start = 0;
        for (int percent; (percent = format.IndexOf('%', start)) >= 0; start = percent + 2)
        {
            WriteText(output, format[start..percent]);
            WriteField(output, format[percent + 1], message, now);
        }

        WriteText(output, format[start..]);
    }

    private static void WriteField(Stream output, char letter, in MqttMessageView message, DateTimeOffset now)
    {
        switch (letter)
        {
            case 't': output.Write(message.Topic); break;
            case 'p': output.Write(message.Payload); break;
            case 'x': WriteText(output, Convert.ToHexStringLower(message.Payload)); break;
            case 'X': WriteText(output, Convert.ToHexString(message.Payload)); break;
            case 'l': WriteText(output, message.Payload.Length.ToString(CultureInfo.InvariantCulture)); break;
            case 'q': WriteText(output, ((int)message.Qos).ToString(CultureInfo.InvariantCulture)); break;
            case 'r': WriteText(output, message.Retain ? "1" : "0"); break;
            case 'U': WriteText(output, string.Create(CultureInfo.InvariantCulture, $"{now.ToUnixTimeMilliseconds() / 1000m:0.000}")); break;
            case 'I': WriteText(output, now.ToString("yyyy-MM-ddTHH:mm:sszzz", CultureInfo.InvariantCulture)); break;
            default: WriteText(output, "%"); break;
        }
    }

    private static void WriteText(Stream output, string text) => output.Write(Encoding.UTF8.GetBytes(text));
}
