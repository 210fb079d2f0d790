// SPDX-License-Identifier: MIT

using System.Text.Json;
using RawMqtt.Cli;

namespace RawMqtt.Tests.Cli;

/// <summary>How the tool writes the broker's log.</summary>
public sealed class BrokerLogOutputTests : IDisposable
{
    private readonly StringWriter output = new();
    private readonly FixedTime time = new();

    public void Dispose() => output.Dispose();

    [Fact]
    public void A_line_begins_with_time_and_level()
    {
        new BrokerLogOutput(output, MqttLogLevel.Information, isJson: false, time).Write(MqttLogLevel.Warning, "event=ended client=\"c\" reason=Lost");
        Assert.Equal($"2026-01-02T03:04:05.000Z warning event=ended client=\"c\" reason=Lost{Environment.NewLine}", output.ToString());
    }

    [Fact]
    public void Lines_below_the_level_are_left_out()
    {
        var log = new BrokerLogOutput(output, MqttLogLevel.Warning, isJson: false, time);
        log.Write(MqttLogLevel.Information, "event=connected");
        log.Write(MqttLogLevel.Error, "event=fault");
        Assert.EndsWith("error event=fault", Assert.Single(Lines()));
    }

    [Fact]
    public void Lines_are_JSON_if_asked()
    {
        string line = $"event=ended client={RawMqtt.Serving.BrokerLog.Quote("a\"b\\c\n= d")} address=[::1]:5 forwarded= reason=Lost violation=\"\"";
        new BrokerLogOutput(output, MqttLogLevel.Information, isJson: true, time).Write(MqttLogLevel.Information, line);
        using var json = JsonDocument.Parse(Assert.Single(Lines()));
        string[] expected =
        [
            "time=2026-01-02T03:04:05.000Z", "level=information", "event=ended", "client=a\"b\\c\n= d", "address=[::1]:5", "forwarded=",
            "reason=Lost", "violation=",
        ];
        Assert.Equal(expected, json.RootElement.EnumerateObject().Select(one => $"{one.Name}={one.Value.GetString()}"));
    }

    [Theory]
    [InlineData("secret", "secret")]
    [InlineData("secret\r\nnext", "secret")]
    [InlineData("\uFEFFsecret\n", "secret")]
    public void A_password_is_the_first_line_of_the_input_without_a_byte_order_mark(string input, string password) =>
        Assert.Equal(password, System.Text.Encoding.UTF8.GetString(PasswdCommand.FirstLine(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(input)))));

    [Fact]
    public void A_password_keeps_bytes_that_are_not_UTF_8() =>
        Assert.Equal([0x70, 0xE5, 0xFF], PasswdCommand.FirstLine(new MemoryStream([0x70, 0xE5, 0xFF, 0x0A])));

    private string[] Lines() => output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);

    private sealed class FixedTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
