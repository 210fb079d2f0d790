// SPDX-License-Identifier: MIT


using System.Text;
using RawMqtt.Dialling;

namespace RawMqtt.Tests.Dialling;

public class MqttAddressTests
{
    [Theory]
    [InlineData("ws://localhost:8083/mqtt", "Ws", "localhost", 8083, "/mqtt")]
    [InlineData("wss://broker.example.com/mqtt?x=1", "Wss", "broker.example.com", 443, "/mqtt?x=1")]
    [InlineData("ws://h", "Ws", "h", 80, "/")]
    [InlineData("ws://h?", "Ws", "h", 80, "/")]
    [InlineData("ws://h/?", "Ws", "h", 80, "/")]
    [InlineData("ws://h?a=b", "Ws", "h", 80, "/?a=b")]
    [InlineData("ws://h:/a", "Ws", "h", 80, "/a")]
    [InlineData("mqtt://127.0.0.1", "Mqtt", "127.0.0.1", 1883, "/")]
    [InlineData("mqtts://h/", "Mqtts", "h", 8883, "/")]
    [InlineData("ws://[::1]:8083/mqtt", "Ws", "::1", 8083, "/mqtt")]
    [InlineData("mqtt://[fe80::1%eth0]", "Mqtt", "fe80::1%eth0", 1883, "/")]
    [Rule("WS-3-1", "WS-3-3")]
    public void Reads_each_part(string text, string scheme, string host, int port, string resource)
    {
        MqttAddress address = MqttAddress.Parse(text);

        Assert.Equal((scheme, host, port, resource), (address.Scheme.ToString(), address.Host, address.Port, address.PathAndQuery));
        Assert.Null(address.UserName);
        Assert.Null(address.Password);
    }

    [Theory]
    [InlineData("WSS://h", "Wss")]
    [InlineData("Ws://h", "Ws")]
    [InlineData("wx://h", "Ws")]
    [InlineData("wxs://h", "Wss")]
    [InlineData("ali://h", "Ws")]
    [InlineData("alis://h", "Wss")]
    [InlineData("tcp://h", "Mqtt")]
    [InlineData("ssl://h", "Mqtts")]
    [InlineData("tls://h", "Mqtts")]
    [Rule("WS-3-2")]
    public void Schemes_have_other_names_and_any_letter_case(string text, string scheme) =>
        Assert.Equal(scheme, MqttAddress.Parse(text).Scheme.ToString());

    [Theory]
    [InlineData("ws://alice@h", "alice", null)]
    [InlineData("ws://alice:secret@h", "alice", "secret")]
    [InlineData("ws://alice:a:b@h", "alice", "a:b")]
    [InlineData("ws://alice:p%40ss%3A%2F@h", "alice", "p@ss:/")]
    [InlineData("ws://a@b:c@h", "a@b", "c")]
    [InlineData("ws://%C3%A4:%25@h", "ä", "%")]
    [InlineData("ws://:x@h", "", "x")]
    [InlineData("ws://a:@h", "a", "")]
    public void User_and_password_are_percent_decoded(string text, string user, string? password)
    {
        MqttAddress address = MqttAddress.Parse(text);

        Assert.Equal((user, password, "h"), (address.UserName, address.Password is null ? null : Encoding.UTF8.GetString(address.Password), address.Host));
        Assert.DoesNotContain("secret", address.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Percent_encoding_that_is_not_UTF8_is_a_byte_of_a_password_and_refused_in_a_user_name()
    {
        Assert.Equal([(byte)'p', 0xE5], MqttAddress.Parse("ws://alice:p%E5@h").Password);
        MqttException refused = Assert.Throws<MqttException>(() => MqttAddress.Parse("ws://alic%E5:secret@h"));
        Assert.Contains("user name", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ws://h:80/", "h")]
    [InlineData("wss://h:80/", "h:80")]
    [InlineData("ws://[::1]:8083/", "[::1]:8083")]
    [InlineData("ws://[fe80::1%25eth0]/", "[fe80::1]")]
    [InlineData("ws://[fe80::1%eth0]/", "[fe80::1]")]
    public void Host_header_has_brackets_no_zone_and_no_default_port(string text, string expected) =>
        Assert.Equal(expected, MqttAddress.Parse(text).HostHeader);

    [Theory]
    [InlineData("", "is empty. Write one such as ws://")]
    [InlineData("broker.emqx.io:8083/mqtt", "has no protocol in front. Try ws://broker.emqx.io:8083/mqtt.")]
    [InlineData("broker.emqx.io:8084/mqtt", "try wss://broker.emqx.io:8084/mqtt.")]
    [InlineData("localhost:8083", "try ws://localhost:8083/mqtt.")]
    [InlineData("127.0.0.1:1883", "try mqtt://127.0.0.1:1883.")]
    [InlineData("h:8883", "try mqtts://h:8883.")]
    [InlineData("broker.emqx.io", "try ws://broker.emqx.io:8083/mqtt for a WebSocket, or mqtt://broker.emqx.io:1883 for TCP.")]
    [InlineData("h:7777/x", "try ws://h:7777/x for a WebSocket, or mqtt://h:7777 for TCP.")]
    [InlineData("ws//host:8083", "try ws://host:8083/mqtt.")]
    [InlineData("ws:/host", "try ws://host:8083/mqtt.")]
    [InlineData("//host:8083/mqtt", "try ws://host:8083/mqtt.")]
    [InlineData("http://h:8083/mqtt", "The protocol \"http\" does not carry MQTT.")]
    [InlineData("https://h/mqtt", "try wss://h/mqtt")]
    [InlineData("websocket://h", "try ws://h")]
    [InlineData("mqtt+wss://h", "try wss://h")]
    [InlineData("quic://h", "The protocol \"quic\" is not known. The known ones are ws, wss, mqtt, mqtts")]
    [InlineData("ws://", "has no host")]
    [InlineData("ws:///mqtt", "has no host")]
    [InlineData("ws://:8083/mqtt", "has no host")]
    [InlineData("ws://h:99999", "The port 99999")]
    [InlineData("ws://h:0", "outside 1 to 65535")]
    [InlineData("ws://h:999999999999999999999", "outside 1 to 65535")]
    [InlineData("ws://h:8083mqtt", "was :8083/mqtt meant?")]
    [InlineData("ws://h:abc", "The port \"abc\"")]
    [InlineData("ws://::1:8083/", "stands in brackets")]
    [InlineData("ws://[::1:8083/", "is not closed")]
    [InlineData("ws://[127.0.0.1]:8083/", "is not an IPv6 address")]
    [InlineData("ws://[::1]8083/", "The port \"8083\"")]
    [InlineData("ws://h /mqtt", "holds a space or a control character (U+0020)")]
    [InlineData("ws://h/mqtt\r\nX: y", "U+000D")]
    [InlineData("ws://bücher.example/", "xn--")]
    [InlineData("ws://h/ä", "percent-encoded")]
    [InlineData("ws://a:50%@h", "% without two hexadecimal digits")]
    [InlineData("ws://h$/", "holds the character '$'")]
    [InlineData("mqtt://h/topic", "An mqtt address has no path")]
    public void Refusals_say_what_was_probably_meant(string text, string expected)
    {
        MqttException refusal = Assert.Throws<MqttException>(() => MqttAddress.Parse(text));

        Assert.Equal(MqttErrorCode.InvalidAddress, refusal.Code);
        Assert.Contains(expected, refusal.Message, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain('\n', refusal.Message);
    }

    [Fact]
    [Rule("WS-3-4", "WS-3-5")]
    public void Fragment_is_refused_and_its_escape_is_not()
    {
        MqttException refusal = Assert.Throws<MqttException>(() => MqttAddress.Parse("ws://h/mqtt#a"));

        Assert.Equal("WS-3-4", refusal.Rule);
        Assert.Contains("%23", refusal.Message, StringComparison.Ordinal);
        Assert.Equal("/mqtt%23a", MqttAddress.Parse("ws://h/mqtt%23a").PathAndQuery);
    }

    [Theory]
    [InlineData("alice:secret@h:8083/mqtt")]
    [InlineData("http://alice:secret@h:8083/mqtt")]
    [InlineData("ws://alice:secret@h:99999/mqtt")]
    [InlineData("ws://alice:secret@h:8083/mqtt#x")]
    public void Password_is_in_no_refusal(string text)
    {
        MqttException refusal = Assert.Throws<MqttException>(() => MqttAddress.Parse(text));

        Assert.DoesNotContain("secret", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Listener_may_have_port_0_and_no_user()
    {
        Assert.Equal(0, MqttAddress.ParseListener("ws://127.0.0.1:0/mqtt").Port);
        Assert.Throws<MqttException>(() => MqttAddress.ParseListener("ws://alice@127.0.0.1:0/mqtt"));
    }

    [FsCheck.Xunit.Property]
    public void Any_text_is_an_address_or_refused(string? text)
    {
        try
        {
            MqttAddress address = MqttAddress.Parse(text ?? "");
            Assert.Equal(address with { Password = null }, MqttAddress.Parse(address.ToString()));
        }
        catch (MqttException refusal)
        {
            Assert.Equal(MqttErrorCode.InvalidAddress, refusal.Code);
        }
    }
}
