// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Cli.Recordings;

namespace RawMqtt.Tests.Cli.Recordings;

public class RecordedMessageTests
{
    [Theory]
    [InlineData("68c3a422", """{"t":1.5,"topic":"a/é","qos":1,"retain":true,"payload":"hä\""}""")]
    [InlineData("ff00", """{"t":1.5,"topic":"a/é","qos":1,"retain":true,"base64":"/wA="}""")]
    [InlineData("", """{"t":1.5,"topic":"a/é","qos":1,"retain":true,"payload":""}""")]
    public void A_message_is_a_line_that_comes_back(string payload, string line)
    {
        var message = new RecordedMessage(TimeSpan.FromSeconds(1.5), "a/é", Convert.FromHexString(payload), QualityOfService.AtLeastOnce, Retain: true);

        Assert.Equal(line + "\n", Encoding.UTF8.GetString(message.ToLine()));
        RecordedMessage read = RecordedMessage.Parse(Encoding.UTF8.GetBytes(line));
        Assert.Equal((message.Time, message.Topic, message.Qos, message.Retain), (read.Time, read.Topic, read.Qos, read.Retain));
        Assert.Equal(message.Payload, read.Payload);
    }

    [Fact]
    public void A_topic_is_enough()
    {
        RecordedMessage read = RecordedMessage.Parse("""{"topic":"a"}"""u8);

        Assert.Equal((TimeSpan.Zero, "a", QualityOfService.AtMostOnce, false), (read.Time, read.Topic, read.Qos, read.Retain));
        Assert.Empty(read.Payload);
    }

    [Theory]
    [InlineData("", "JSON")]
    [InlineData("[]", "")]
    [InlineData("{}", "it has no topic")]
    [InlineData("""{"topic":"a/#"}""", "MQTT-4.7.1-1")]
    [InlineData("""{"topic":""}""", "MQTT-4.7.3-1")]
    [InlineData("""{"topic":"a","qos":3}""", "qos is 0, 1 or 2")]
    [InlineData("""{"topic":"a","t":-1}""", "t is seconds")]
    [InlineData("""{"topic":"a","base64":"?"}""", "")]
    [InlineData("""{"topic":7}""", "")]
    public void What_is_no_message_is_refused(string line, string expected)
    {
        FormatException failure = Assert.Throws<FormatException>(() => RecordedMessage.Parse(Encoding.UTF8.GetBytes(line)));

        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
    }
}
