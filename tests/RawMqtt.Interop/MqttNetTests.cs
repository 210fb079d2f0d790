// SPDX-License-Identifier: MIT

using System.Threading.Channels;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;
using RawMqtt.Interop.Parts;

namespace RawMqtt.Interop;

/// <summary>MQTTnet's client against our broker: the life of <see cref="LifeTests"/>.</summary>
public sealed class MqttNetTests : IDisposable
{
    private readonly MqttClientFactory factory = new();
    private readonly Channel<string> messagesOfA = Channel.CreateUnbounded<string>();
    private readonly CancellationTokenSource limit = new(RealProcess.Patience);

    public void Dispose() => limit.Dispose();

    [Theory]
    [InlineData("tcp")]
    [InlineData("tls")]
    [InlineData("ws")]
    [InlineData("wss")]
    public async Task Lives(string carrier)
    {
        using Certificates certificates = await Certificates.MakeAsync();
        await using MqttBroker broker = await OurBroker.StartAsync(certificates);
        string address = OurBroker.Address(broker, carrier);
        using IMqttClient a = factory.CreateMqttClient();
        a.ApplicationMessageReceivedAsync += e => messagesOfA.Writer.WriteAsync($"{e.ApplicationMessage.Topic} "
            + $"{e.ApplicationMessage.ConvertPayloadToString().Length} {(int)e.ApplicationMessage.QualityOfServiceLevel} {e.ApplicationMessage.Retain}")
            .AsTask();
        Assert.False((await a.ConnectAsync(Options(address, "a", clean: false), limit.Token)).IsSessionPresent);
        await a.SubscribeAsync("life/#", MqttQualityOfServiceLevel.ExactlyOnce, limit.Token);
        using IMqttClient b = factory.CreateMqttClient();
        await b.ConnectAsync(Options(address, "b", clean: true), limit.Token);

        for (int qos = 0; qos <= 2; qos++)
        {
            await PublishAsync(b, $"life/q{qos}", 5, qos);
            await ExpectAsync($"life/q{qos} 5 {qos} False");
        }

        await PublishAsync(b, "life/kept", 3, 1, retain: true);
        await ExpectAsync("life/kept 3 1 False");
        using IMqttClient late = factory.CreateMqttClient();
        var retained = new TaskCompletionSource<bool>();
        late.ApplicationMessageReceivedAsync += e => Task.FromResult(retained.TrySetResult(e.ApplicationMessage.Retain));
        await late.ConnectAsync(Options(address, "late", clean: true), limit.Token);
        await late.SubscribeAsync("life/kept", MqttQualityOfServiceLevel.AtLeastOnce, limit.Token);
        Assert.True(await retained.Task.WaitAsync(limit.Token));

        await a.DisconnectAsync(cancellationToken: limit.Token);
        for (int n = 1; n <= 40; n++) await PublishAsync(b, "life/away", n, n <= 20 ? 1 : 2);
        Assert.True((await a.ConnectAsync(Options(address, "a", clean: false), limit.Token)).IsSessionPresent);
        for (int n = 1; n <= 40; n++) await ExpectAsync($"life/away {n} {(n <= 20 ? 1 : 2)} False");
        await PublishAsync(b, "life/large", 300_000, 2);
        await ExpectAsync("life/large 300000 2 False");

        Assert.True(broker.Disconnect("b"));
        await ExpectAsync("life/will 4 1 False");
        Assert.Equal(0, broker.Statistics.MessagesDropped + broker.Statistics.MessagesShed + broker.Statistics.ProtocolViolations);
    }

    private static MQTTnet.MqttClientOptions Options(string address, string clientId, bool clean)
    {
        var uri = new Uri(address);
        MqttClientOptionsBuilder options = new MqttClientOptionsBuilder().WithClientId(clientId).WithCleanSession(clean)
            .WithProtocolVersion(MqttProtocolVersion.V311)
            .WithWillTopic("life/will").WithWillPayload("gone").WithWillQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce);
        options = uri.Scheme is "ws" or "wss" ? options.WithWebSocketServer(o => o.WithUri(address)) : options.WithTcpServer(uri.Host, uri.Port);
        if (uri.Scheme is "wss" or "mqtts") options = options.WithTlsOptions(o => o.UseTls().WithCertificateValidationHandler(_ => true));
        return options.Build();
    }

    private async Task PublishAsync(IMqttClient client, string topic, int length, int qos, bool retain = false) =>
        await client.PublishStringAsync(topic, new string('x', length), (MqttQualityOfServiceLevel)qos, retain, limit.Token);

    private async Task ExpectAsync(string expected) => Assert.Equal(expected, await messagesOfA.Reader.ReadAsync(limit.Token));
}
