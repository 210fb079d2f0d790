// SPDX-License-Identifier: MIT

using RawMqtt.Transports;

namespace RawMqtt.Tests.Transports;

/// <summary>A program that was built without TLS says so, where an address wants it, and opens no connection without it in its place.</summary>
[Collection(nameof(SetsSwitches))]
public sealed class TlsSupportTests : IDisposable
{
    private const string Switch = "RawMqtt.Tls.IsSupported";

    public TlsSupportTests() => AppContext.SetSwitch(Switch, false);

    public void Dispose() => AppContext.SetSwitch(Switch, true);

    [Theory]
    [InlineData("wss://127.0.0.1:1/mqtt")]
    [InlineData("mqtts://127.0.0.1:1")]
    public async Task Client_without_tls_refuses_an_address_that_wants_it(string address)
    {
        Expect(await Assert.ThrowsAsync<MqttException>(() => MqttClient.ConnectAsync(address)), address);
    }

    [Theory]
    [InlineData("wss://127.0.0.1:0/mqtt")]
    [InlineData("mqtts://127.0.0.1:0")]
    public async Task Broker_without_tls_refuses_a_listener_that_wants_it(string address)
    {
        Expect(await Assert.ThrowsAsync<MqttException>(() => MqttBroker.StartAsync(new MqttBrokerOptions { Listeners = [address] })), address);
    }

    [Fact]
    public void Program_that_sets_no_switch_has_tls()
    {
        Assert.False(TlsSupport.IsSupported);
        Dispose();
        Assert.True(TlsSupport.IsSupported);
    }

    private static void Expect(MqttException failure, string address)
    {
        Assert.Equal((MqttErrorCode.InvalidOptions, "options.tls-left-out"), (failure.Code, failure.Diagnosis?.Code));
        Assert.StartsWith($"{address} wants TLS, and this program was built without it.", failure.Message, StringComparison.Ordinal);
    }
}
