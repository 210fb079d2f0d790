// SPDX-License-Identifier: MIT

using System.Text.RegularExpressions;
using RawMqtt.Hosting;
using RawMqtt.Tests.RuleIndex;

namespace RawMqtt.Tests.Hosting;

public class ClientConfigurationTests
{
    /// <summary>Functions and objects are no configuration.</summary>
    private static readonly string[] notInConfiguration =
    [
        nameof(MqttClientOptions.BeforeConnect), nameof(MqttClientOptions.ConnectStream), nameof(MqttClientOptions.ConnectTransport),
        nameof(MqttClientOptions.UnmatchedMessages),
        nameof(MqttClientOptions.Tap), nameof(MqttClientOptions.PacketTap), nameof(MqttClientOptions.Log), nameof(MqttClientOptions.TimeProvider),
        nameof(MqttTlsOptions.Certificate), nameof(MqttTlsOptions.Configure), nameof(MqttTlsOptions.CertificateAuthorities),
        nameof(MqttTlsOptions.ValidateCertificate),
    ];

    [Fact]
    public void Each_option_has_a_name_in_the_configuration()
    {
        Assert.Equivalent(NamesOf(typeof(MqttClientOptions)), ClientConfiguration.Options.Keys, strict: true);
        Assert.Equivalent(NamesOf(typeof(MqttTlsOptions)), ClientConfiguration.Tls.Keys, strict: true);
        Assert.Equivalent(NamesOf(typeof(MqttWill)), ClientConfiguration.Will.Keys, strict: true);
    }

    [Fact]
    public void Each_kind_of_the_brokers_lines_has_an_event_number()
    {
        string sources = string.Concat(Repository.SourceFiles("src/RawMqtt/Serving").Concat(Repository.SourceFiles("src/RawMqtt.Server"))
            .Select(file => File.ReadAllText(Repository.PathOf(file))));
        string[] kinds = [.. Regex.Matches(sources, @"event=([a-z]+(?:-[a-z]+)*)|Add\(\s*[\w.? :=!]*MqttLogLevel[\w.: ?]*,\s*""([a-z]+(?:-[a-z]+)*)""")
            .Select(match => match.Groups[1].Value + match.Groups[2].Value).Distinct()];

        Assert.True(kinds.Length > 15);
        Assert.Empty(kinds.Except(BrokerLogging.Kinds));
    }

    private static IEnumerable<string> NamesOf(Type type) => type.GetProperties().Select(property => property.Name).Except(notInConfiguration);
}
