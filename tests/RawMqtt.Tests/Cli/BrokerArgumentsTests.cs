// SPDX-License-Identifier: MIT

using System.CommandLine;
using RawMqtt.Cli;
using RawMqtt.Server;

namespace RawMqtt.Tests.Cli;

/// <summary>The command line of <c>rawmqtt broker</c> as a configuration.</summary>
public class BrokerArgumentsTests
{
    [Theory]
    [InlineData("", "Listeners", "ws://127.0.0.1:8083/mqtt mqtt://127.0.0.1:1883", "default")]
    [InlineData("--path x", "Listeners", "ws://127.0.0.1:8083/x mqtt://127.0.0.1:1883", "command line")]
    [InlineData("--ws 127.0.0.1:1 --tls [::1]:2 --path /p", "Listeners", "ws://127.0.0.1:1/p mqtts://[::1]:2", "command line")]
    [InlineData("--allow-anonymous", "AllowAnonymous", "True", "--allow-anonymous")]
    [InlineData("--allow-missing-subprotocol", "AllowMissingSubprotocol", "True", "--allow-missing-subprotocol")]
    [InlineData("--allow-origin https://a --allow-origin https://b", "AllowedOrigins", "https://a https://b", "--allow-origin")]
    [InlineData("--trusted-proxy 10.0.0.0/8", "TrustedProxies", "10.0.0.0/8", "--trusted-proxy")]
    [InlineData("--trusted-proxy 10.0.0.0/8 --proxy-header X-Real-IP", "ProxyHeader", "X-Real-IP", "--proxy-header")]
    [InlineData("--max-packet 100", "Limits.MaxPacketLength", "100", "--max-packet")]
    [InlineData("--limit MaxPacketLength=64KiB", "Limits.MaxPacketLength", "65536", "--limit")]
    [InlineData("--limit Limits.SendTimeout=1min", "Limits.SendTimeout", "00:01:00", "--limit")]
    [InlineData("--set SystemTopicsInterval=0", "SystemTopicsInterval", "00:00:00", "--set")]
    [InlineData("--metrics 127.0.0.1:9090", "MetricsListener", "127.0.0.1:9090", "--metrics")]
    [InlineData("--log-level warning", "LogLevel", "Warning", "--log-level")]
    [InlineData("--when-queue-full dropoldest", "WhenQueueFull", "DropOldest", "--when-queue-full")]
    [InlineData("--preset emqx --allow-origin *", "Listeners",
        "mqtt://127.0.0.1:1883 ws://127.0.0.1:8083/mqtt wss://127.0.0.1:8084/mqtt mqtts://127.0.0.1:8883", "preset emqx")]
    public void An_option_is_a_setting_with_its_source(string arguments, string name, string expected, string source)
    {
        BrokerConfiguration configuration = Read(arguments);
        object? value = RawMqtt.Server.Configuration.SettingTable.Find(name).Get(configuration.Settings);
        Assert.Equal(expected, value is IEnumerable<string> texts ? string.Join(' ', texts) : $"{value}");
        Assert.Equal(source, configuration.SourceOf(name));
    }

    [Fact]
    public void Each_bridge_option_is_a_bridge()
    {
        BrokerConfiguration configuration = Read("--bridge a=mqtt://b;t/# --bridge c=mqtt://d;u/#");
        Assert.Equal(["a", "c"], configuration.Settings.Bridges.Select(bridge => bridge.Name));
        Assert.Equal("--bridge", configuration.SourceOf("Bridges"));
    }

    [Theory]
    [InlineData("--limit MaxPacketLength", "--limit takes NAME=VALUE, not \"MaxPacketLength\".")]
    [InlineData("--limit MaxPackets=1", "Limits.MaxPackets is not known")]
    [InlineData("--set Quit=true", "Quit is not known; the nearest name is Quiet.")]
    [InlineData("--preset hivemq", "--preset knows emqx alone, not \"hivemq\".")]
    [InlineData("--log-level loud", "LogLevel: it must be one of Information, Warning, Error.")]
    [InlineData("--when-queue-full wait", "WhenQueueFull: it must be one of DropNewest, DropOldest, EndSession.")]
    [InlineData("--config missing.json", "missing.json")]
    public void A_mistake_is_named(string arguments, string expected) =>
        Assert.Contains(expected, Assert.Throws<ConfigurationException>(() => Read(arguments)).Message);

    [Fact]
    public void A_preset_has_a_certificate_unless_one_is_given()
    {
        Assert.Equal("development.pem", Path.GetFileName(Read("--preset emqx").Settings.Options.CertificateFile));
        Assert.Equal("given.pem", Path.GetFileName(Read("--preset emqx --cert given.pem").Settings.Options.CertificateFile));
        Assert.Null(Read("").Settings.Options.CertificateFile);
    }

    private static BrokerConfiguration Read(string arguments)
    {
        var command = new Command("broker");
        BrokerArguments.AddTo(command);
        ParseResult parsed = command.Parse(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Empty(parsed.Errors);
        return BrokerArguments.Read(parsed, () => ("development.pem", "development.key"));
    }
}
