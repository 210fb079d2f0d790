// SPDX-License-Identifier: MIT

using System.Net.Security;
using System.Reflection;
using System.Text.RegularExpressions;
using RawMqtt.Cli;
using RawMqtt.Clients;

namespace RawMqtt.Tests.Cli;

public partial class ToolWordsTests
{
    [Theory]
    [InlineData("Raise MaxPacketLength if", "Raise --max-packet if")]
    [InlineData("Give its authority in CertificateAuthorityFile.", "Give its authority in --cafile.")]
    [InlineData("With CleanSession = false it would", "With --session-file it would")]
    [InlineData("set Pin = \"sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\", or", "set --pin sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=, or")]
    [InlineData("is encrypted: set KeyPassword.", "is encrypted: set --key-password-file.")]
    [InlineData("ClientIdentifier stays", "ClientIdentifier stays")]
    public void Members_of_the_library_become_options_of_the_tool(string library, string tool) => Assert.Equal(tool, ToolWords.Of(library));

    [Fact]
    public void No_text_of_a_client_names_a_member_of_the_library()
    {
        MqttException[] faults =
        [
            ConnectFaults.SessionForgotten(), ConnectFaults.SessionEnded(ConnectFaults.Aborted()), ConnectFaults.Kicked(ConnectFaults.Aborted(), 3),
            ConnectFaults.Downgraded(), ConnectFaults.SubscriptionRefused("a"), ConnectFaults.TooFarBehind(isClean: true),
            ConnectFaults.TooFarBehind(isClean: false), ConnectFaults.SentAgain(), ConnectFaults.NotRead("a", 1), ConnectFaults.PacketTooLarge(1),
            ConnectFaults.Offline(), ConnectFaults.TooLargeToWait(1, 1), ConnectFaults.QueueFull(1, 1), ConnectFaults.SendBufferFull(1),
            ConnectFaults.NotAcknowledged(TimeSpan.FromSeconds(1)), ConnectFaults.Disconnected(), ConnectFaults.Disposed(), ConnectFaults.Aborted(),
            ConnectFaults.StreamGivenUp(), ConnectFaults.PingsIgnored(), ConnectFaults.KeepAliveExpired(TimeSpan.FromSeconds(1)),
        ];
        IEnumerable<Type> types = [typeof(MqttClient), typeof(MqttClientOptions), typeof(MqttSubscribeOptions)];
        string[] members = [.. types.SelectMany(type => type.GetMembers()).Select(member => member.Name).Where(name => name.Length > 8).Distinct()];

        Assert.All(faults, fault => Assert.DoesNotContain(members, member => ToolWords.Of(fault.Message).Contains(member, StringComparison.Ordinal)));
    }

    /// <summary>What the command line can set and the client refuses.</summary>
    [Fact]
    public void No_refusal_of_options_names_a_member_of_the_library()
    {
        var right = new MqttClientOptions { Address = "wss://a/mqtt" };
        IEnumerable<PropertyInfo> members = new[] { typeof(MqttClientOptions), typeof(MqttTlsOptions) }.SelectMany(type => type.GetProperties());
        string[] names = [.. members.Select(one => one.Name).Where(name => name != "Will")]; // the Will of the specification
        string pin = $"sha256//{new string('A', 43)}=";
        MqttClientOptions[] wrong =
        [
            right with { Tls = new MqttTlsOptions { Pin = pin, AllowUntrusted = true } },
            right with { Tls = new MqttTlsOptions { Pin = pin, ValidateCertificate = (_, _, _, errors) => errors == SslPolicyErrors.None } },
            right with { Tls = new MqttTlsOptions { Pin = "x" } },
            right with { Tls = new MqttTlsOptions { ApplicationProtocols = [""] } },
            right with { Tls = new MqttTlsOptions { KeyFile = "x" } },
            right with { RequestHeaders = [new("Host", "x")] },
            right with { RequestHeaders = [new("a b", "x")] },
            right with { Address = "mqtt://a", RequestHeaders = [new("a", "x")] },
            right with { KeepAlive = TimeSpan.FromSeconds(0.5) },
            right with { ConnectTimeout = TimeSpan.Zero },
            right with { ClientId = new string('a', 70_000) },
            right with { UserName = "\0" },
            right with { UserName = "a", Password = new byte[70_000] },
            right with { ClientId = "", CleanSession = false },
            right with { SessionFile = "x", ClientId = "a" },
            right with { Will = new MqttWill("#", default, QualityOfService.AtMostOnce, Retain: false) },
        ];
        foreach (MqttClientOptions options in wrong)
        {
            Exception failure = Assert.ThrowsAny<Exception>(() => new MqttClient(options));
            string text = ToolWords.Of(failure.Message);
            Assert.Empty(Word().Matches(text).Select(word => word.Value).Intersect(names));
        }
    }

    [Fact]
    public void Each_name_of_an_option_is_one_of_the_tool()
    {
        string[] members =
        [
            "CleanSession = false", "MaxPacketLength", "CertificateAuthorityFile", "CertificateFile", "KeyFile", "AllowUntrusted", "ServerName",
            "RequestHeaders", "ConnectTimeout", "KeepAlive", "ClientId", "SessionFile", "AllowAnonymous", "AllowedOrigins", "HostNames",
            "ProxyHeader", "PasswordFile", "CertificateAuthorityFolder", "KeyPassword", "Pin", "ApplicationProtocols",
        ];
        string[] options = [.. Tool.Create().Subcommands.SelectMany(command => command.Options).Select(option => option.Name)];

        Assert.All(members, member => Assert.Contains(ToolWords.Of(member), options));
    }

    [GeneratedRegex(@"(?<!-)\b\w+\b")]
    private static partial Regex Word();
}
