// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Server;
using RawMqtt.Server.Configuration;

namespace RawMqtt.Tests.Server.Configuration;

/// <summary>The configuration file: what it may hold, and what its errors say.</summary>
public sealed class ConfigurationFileTests
{
    [Fact]
    public void Comments_and_a_last_comma_are_allowed_and_lines_are_known()
    {
        List<(Setting Setting, object? Value, int Line)> members = Read("""
            // the broker of the pump room
            {
              "$schema": "rawmqtt-broker.schema.json",
              "Listeners": ["wss://0.0.0.0:8084/mqtt", "mqtt://127.0.0.1:1883"], /* two */
              "AllowAnonymous": null,
              "Limits": {
                "MaxPacketLength": "64 KiB",
                "MaxKeptBytes": 8589934592,
                "SessionExpiry": "2 d",
                "SendTimeout": 0.5,
              },
            }
            """);

        Assert.Equal(
            ["Listeners 4", "AllowAnonymous 5", "Limits.MaxPacketLength 7", "Limits.MaxKeptBytes 8", "Limits.SessionExpiry 9", "Limits.SendTimeout 10"],
            members.Select(member => $"{member.Setting.Name} {member.Line}"));
        Assert.Equal([null, 65536L, 8589934592L, TimeSpan.FromDays(2), TimeSpan.FromSeconds(0.5)], members.Skip(1).Select(member => member.Value));
    }

    [Theory]
    [InlineData("{\n \"Listener\": []\n}", "b.json:2: Listener: this member is not known; the nearest name is Listeners.")]
    [InlineData("{\n \"listeners\": []\n}", "b.json:2: listeners: this member is not known; the nearest name is Listeners.")]
    [InlineData("{\"Limits\":\n{\n\"MaxPaketLength\": 1}}",
        "b.json:3: Limits.MaxPaketLength: this member is not known; the nearest name is Limits.MaxPacketLength.")]
    [InlineData("{\"MaxPacketLength\": 1}", "b.json:1: MaxPacketLength: this member is not known; MaxPacketLength stands within \"Limits\".")]
    [InlineData("{\"Limits\": {\"Quiet\": true}}", "b.json:1: Limits.Quiet: this member is not known; Quiet stands outside of \"Limits\".")]
    [InlineData("{\"Limits.MaxPacketLength\": 1}", "b.json:1: Limits.MaxPacketLength: this member is not known; MaxPacketLength stands within \"Limits\".")]
    [InlineData("{\"Something else\": 1}", "b.json:1: Something else: this member is not known.")]
    [InlineData("{\"Quiet\": 1}", "b.json:1: Quiet: it must be true or false.")]
    [InlineData("{\"Quiet\": null}", "b.json:1: Quiet: it must be true or false.")]
    [InlineData("{\"Quiet\": true,\n\"Quiet\": false}", "b.json:2: Quiet: it is there twice, first in line 1.")]
    [InlineData("{\"Listeners\": \"ws://a:1\"}", "b.json:1: Listeners: it must be a list of texts.")]
    [InlineData("{\"Listeners\": [1]}", "b.json:1: Listeners: it must be a list of texts.")]
    [InlineData("{\"LogLevel\": \"loud\"}", "b.json:1: LogLevel: it must be one of Information, Warning, Error.")]
    [InlineData("{\"Limits\": {\"MaxInFlight\": -1}}", "b.json:1: Limits.MaxInFlight: it must be a whole number from 0 to 2147483647.")]
    [InlineData("{\"Limits\": {\"MaxInFlight\": 1.5}}", "b.json:1: Limits.MaxInFlight: it must be a whole number from 0 to 2147483647.")]
    [InlineData("{\"Limits\": {\"MaxInFlight\": 1e300}}", "b.json:1: Limits.MaxInFlight: it must be a whole number from 0 to 2147483647.")]
    [InlineData("{\"Limits\": {\"MaxInFlightBytes\": \"4 GiB\"}}", "b.json:1: Limits.MaxInFlightBytes: it must be a number of bytes such as 65536")]
    [InlineData("{\"Limits\": {\"SendTimeout\": \"1 year\"}}", "b.json:1: Limits.SendTimeout: it must be a number of seconds such as 90")]
    [InlineData("{\"Limits\": {\"SendTimeout\": 1e18}}", "b.json:1: Limits.SendTimeout: it must be a number of seconds such as 90")]
    [InlineData("{\"Limits\": 1}", "b.json:1: Limits: it must be an object, {...}.")]
    [InlineData("[]", "b.json:1: the configuration: it must be an object, {...}.")]
    [InlineData("{\n\"Quiet\": tru\n}", "b.json:2: this is not JSON:")]
    [InlineData("{\n\n'Quiet': true}", "b.json:3: this is not JSON:")]
    [InlineData("", "b.json:1: this is not JSON:")]
    [InlineData("{} x", "b.json:1: this is not JSON:")]
    [InlineData("{\"PasswordFile\": \"\"}", "b.json:1: PasswordFile: it must be the name of a file, or null.")]
    [InlineData("{\"Bridges\": [\n{\"Nam\": 1}]}", "b.json:2: Bridges[0].Nam: this member is not known; the nearest name is Name.")]
    [InlineData("{\"Bridges\": [\n{\"Name\": \"a\",\n\"Topics\": 1}]}", "b.json:3: Bridges[0].Topics: it must be a list of texts.")]
    [InlineData("{\"Bridges\": [\n{\"Name\": \"a\", \"Name\": \"b\"}]}", "b.json:2: Bridges[0].Name: it is there twice, first in line 2.")]
    [InlineData("{\"Bridges\": [\n{\"Name\": \"a\"}]}", "b.json:2: Bridges[0]: it has no Addresses.")]
    [InlineData("{\"Bridges\": [\n{\"Name\": \"a\", \"Addresses\": [\"mqtt://a\"], \"Topics\": [\"a/# up\"]}]}",
        "b.json:2: Bridges[0]: The rule \"a/# up\" cannot be read: it must be FILTER [out|in|both]")]
    [InlineData("{\"Bridges\": [\n{\"Name\": \"a\", \"Addresses\": [\"mqtt://a\"], \"Topics\": [\"a/# both\"]}]}",
        "b.json:2: Bridges[0]: The bridge cannot be used. Messages that go out to \"a/#\" would come back")]
    [InlineData("{\"Bridges\": [1]}", "b.json:1: Bridges[0]: it must be an object, {...}.")]
    [InlineData("{\"Bridges\": {}}", "b.json:1: Bridges: it must be a list of bridges")]
    public void An_error_has_line_and_path_of_the_member(string content, string expected)
    {
        ConfigurationException wrong = Assert.Throws<ConfigurationException>(() => Read(content));
        Assert.StartsWith(expected, wrong.Message);
    }

    [Fact]
    public void Text_that_is_not_UTF_8_is_an_error_at_its_place()
    {
        byte[] content = [.. "{\n\"ProxyHeader\": \""u8, 0xFF, .. "\"}"u8];
        Assert.StartsWith("b.json:2", Assert.Throws<ConfigurationException>(() => ConfigurationFile.Read("b.json", content)).Message);
        byte[] name = [.. "{\n\""u8, 0xFF, .. "\": 1}"u8];
        Assert.StartsWith("b.json:2", Assert.Throws<ConfigurationException>(() => ConfigurationFile.Read("b.json", name)).Message);
    }

    /// <summary>Whatever is in the file, it is a configuration or an error with a place.</summary>
    [Fact]
    public void A_damaged_file_is_an_error_and_never_a_crash()
    {
        const string limits = "\"Limits\": { \"SendTimeout\": 1.5e0 } } // x";
        byte[] content = Encoding.UTF8.GetBytes("{ \"$schema\": {\"a\": [1]}, \"Listeners\": [\"ws://a\\u00e9\"], " + limits);
        foreach (byte other in "\"\\{}[]:,/-0e\0\n"u8.ToArray().Append((byte)0xFF))
        {
            for (int i = 0; i <= content.Length; i++)
            {
                byte[] damaged = [.. content[..i], other, .. content[Math.Min(i + 1, content.Length)..]];
                Exception? failure = Record.Exception(() => ConfigurationFile.Read("b.json", damaged));
                if (failure is not null) Assert.StartsWith("b.json:", Assert.IsType<ConfigurationException>(failure).Message);
                failure = Record.Exception(() => RawMqtt.Server.Access.AccessFile.Parse("acl", damaged));
                Assert.StartsWith("acl:", Assert.IsType<ConfigurationException>(failure).Message);
            }
        }
    }

    [Fact]
    public void File_names_are_relative_to_the_folder_of_the_file()
    {
        (_, object? value, _) = Assert.Single(ConfigurationFile.Read("/etc/rawmqtt/broker.json", "{\"PasswordFile\": \"users\"}"u8.ToArray()));
        Assert.Equal(Path.GetFullPath("/etc/rawmqtt/users"), value);
    }

    [Fact]
    public void A_file_that_is_missing_is_named() =>
        Assert.Contains("missing.json", Assert.Throws<ConfigurationException>(() => ConfigurationFile.Read("missing.json")).Message);

    private static List<(Setting Setting, object? Value, int Line)> Read(string content) => ConfigurationFile.Read("b.json", Encoding.UTF8.GetBytes(content));
}
