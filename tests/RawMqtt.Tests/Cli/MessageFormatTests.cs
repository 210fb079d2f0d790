// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Text;
using System.Text.Json;
using RawMqtt.Cli;

namespace RawMqtt.Tests.Cli;

/// <summary>What mosquitto_sub prints for the same formats is compared in the tests with the real program.</summary>
public class MessageFormatTests
{
    [Theory]
    [InlineData("%t %p|%l|%q%r%%", "k/a hello|5|11%")]
    [InlineData("%10t|%-10t|%.2t|%05l|%-5l|%05m", "       k/a|k/a       |k/|00005|5    |00007")]
    [InlineData("%8p|%.3p|%012x|%X|%:x|% X", "   hello|hello|0068656c6c6f|68656C6C6F|68:65:6c:6c:6f|68 65 6C 6C 6F")]
    [InlineData(@"\\\0\a\e\n\r\t\v@@", "\\\0\a\e\n\r\t\v@")]
    [InlineData("[%A%C%D%E%F%P%R%S%5A]", "[]")]
    [InlineData("@Y-@m-@d @N|%U|%.4I", "2026-11-29 123456700|1795963390.123456700|2026")]
    public void Fields_have_their_flags_and_widths(string format, string expected) => Assert.Equal(expected, Written(format, "hello"));

    [Fact]
    public void Json_has_the_names_of_mosquitto_sub()
    {
        const string Head = """{"tst":"2026-11-29T14:43:10.123456+0000","topic":"k/a","qos":1,"retain":1,"payloadlen":""";

        Assert.Equal(Head + """9,"mid":7,"payload":"{\"a\":1.0}"}""", Written("%j", "{\"a\":1.0}"));
        Assert.Equal(Head + """9,"mid":7,"payload":{"a":1.0}}""", Written("%J", "{\"a\":1.0}"));
        Assert.Equal("[]", Written("[%J]", "no JSON"));
    }

    [Theory]
    [InlineData("%z", "not \"%z\"")]
    [InlineData("%", "ends within \"%\"")]
    [InlineData("a%-05", "ends within \"%-05\"")]
    [InlineData("@", "ends within \"@\"")]
    [InlineData("%@s", "not \"%@\"")]
    [InlineData("\\q", "not \"\\q\"")]
    public void Mistake_is_named_with_what_there_is(string format, string expected)
    {
        string message = Assert.Throws<FormatException>(() => new MessageFormat(format)).Message;

        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    /// <summary>The expected texts are those of printf with the same width, precision and flags, as mosquitto_sub 2.1 calls it.</summary>
    [Theory]
    [InlineData("%f", 1.5f, "1.500000")]
    [InlineData("%.2f", -1.255f, "-1.25")]
    [InlineData("[%9.1f|%-9.1f|%09.1f]", -12.25f, "[    -12.2|-12.2    |-000012.2]")]
    [InlineData("%.0f", 2.5f, "2")]
    [InlineData("%d", 1e21, "1000000000000000000000.000000")]
    [InlineData("%.3d", Math.PI, "3.142")]
    [InlineData("%06d|%6.1d", double.PositiveInfinity, "   inf|   inf")]
    [InlineData("%.1f", float.NaN, "-nan")]
    public void Binary_numbers_are_written_as_printf_does(string format, object number, string expected)
    {
        byte[] payload = number is float single ? BitConverter.GetBytes(single) : BitConverter.GetBytes((double)number);

        Assert.Equal(expected, Written(format, payload));
    }

    [Fact]
    public void Payload_of_another_length_prints_nothing_as_a_number() => Assert.Equal("[]", Written("[%9f%d]", "hello"));

    [Fact]
    public void Terminal_gets_json_of_the_same_value_without_control_characters()
    {
        string json = Written("%j", Encoding.UTF8.GetBytes("a\u202eb\u0085"), isEscaped: true);

        Assert.DoesNotContain('\u202e', json);
        Assert.DoesNotContain('\u0085', json);
        using JsonDocument read = JsonDocument.Parse(json);
        Assert.Equal("a\u202eb\u0085", read.RootElement.GetProperty("payload").GetString());
    }

    private static string Written(string format, string payload) => Written(format, Encoding.UTF8.GetBytes(payload));

    private static string Written(string format, byte[] payload, bool isEscaped = false)
    {
        var output = new ArrayBufferWriter<byte>();
        var message = new MqttMessageView
        {
            Topic = "k/a"u8,
            Payload = payload,
            Qos = QualityOfService.AtLeastOnce,
            Retain = true,
            PacketId = 7,
        };
        var time = new DateTimeOffset(2026, 11, 29, 14, 43, 10, TimeSpan.Zero);
        new MessageFormat(format).Write(output, message, isEscaped, time.AddTicks(1_234_567));
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
