// SPDX-License-Identifier: MIT

using RawMqtt.Browser;
using RawMqtt.Dialling;
using RawMqtt.Tests.Compiled;

namespace RawMqtt.Tests.Browser;

/// <summary>What a page cannot have is refused with the reason. The stream itself is tested in Chromium, in <c>tests/RawMqtt.Interop</c>.</summary>
public class BrowserOptionsTests
{
    private static readonly MqttClientOptions Good = new() { Address = "wss://user:secret@localhost:8084/mqtt" };

    public static TheoryData<string, MqttClientOptions> Refused => new()
    {
        { "Tls has no effect in a browser", Good with { Tls = new MqttTlsOptions { CertificateAuthorityFile = "ca.crt" } } },
        { "RequestHeaders cannot be sent from a browser", Good with { RequestHeaders = [KeyValuePair.Create("Authorization", "Bearer x")] } },
        { "SessionFile has no effect in a browser", Good with { CleanSession = false, SessionFile = "session" } },
        { "Use PacketTap", Good with { Tap = (_, _) => { } } },
        { "ConnectTransport has no effect", Good with { ConnectTransport = (_, _) => ValueTask.FromResult(Stream.Null) } },
        { "ConnectStream is set already", Good with { ConnectStream = (_, _) => ValueTask.FromResult(Stream.Null) } },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void An_option_that_a_page_cannot_have_is_refused_with_the_reason(string reason, MqttClientOptions options)
    {
        MqttException fault = Assert.Throws<MqttException>(() => BrowserOptions.Require(options));

        Assert.Equal(MqttErrorCode.InvalidOptions, fault.Code);
        Assert.Contains(reason, fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mqtt://localhost:1883", "A browser opens WebSockets alone, and the scheme of the address is \"mqtt\".")]
    [InlineData("localhost:8083", "has no protocol in front. Try ws://localhost:8083/mqtt.")]
    public void An_address_that_a_page_cannot_open_is_refused_with_a_better_one(string address, string reason)
    {
        MqttException fault = Assert.Throws<MqttException>(() => BrowserOptions.Require(new MqttClientOptions { Address = address }));

        Assert.Equal(MqttErrorCode.InvalidAddress, fault.Code);
        Assert.Contains(reason, fault.Message, StringComparison.Ordinal);
    }

    /// <summary>The runtime decides which place this is, so the test reads that the dialler asks it, and what is told.</summary>
    [Fact]
    public void A_page_whose_options_were_not_passed_through_this_assembly_is_told_its_name()
    {
        IEnumerable<string?> calls = Instruction.ReadAll(typeof(Dialer).GetMethod(nameof(Dialer.ConnectAsync))!).Select(step => step.Member?.Name);
        MqttException fault = AddressDiagnoses.Browser.Fault(MqttAddress.Parse("ws://localhost:8083/mqtt"), null);

        Assert.Equal([nameof(OperatingSystem.IsBrowser), $"get_{nameof(AddressDiagnoses.Browser)}"], calls.Where(name => name?.Contains("Browser") == true));
        Assert.Equal((MqttErrorCode.InvalidOptions, "options.browser"), (fault.Code, fault.Diagnosis?.Code));
        Assert.Contains("ws://localhost:8083/mqtt cannot be dialled here", fault.Message, StringComparison.Ordinal);
        Assert.Contains(typeof(BrowserWebSocket).Assembly.GetName().Name!, fault.Message, StringComparison.Ordinal);
        Assert.Contains($"{nameof(BrowserWebSocket)}.Use.", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_without_any_of_these_pass() => BrowserOptions.Require(Good with { Will = new MqttWill("a", new byte[] { 1 }) });
}
