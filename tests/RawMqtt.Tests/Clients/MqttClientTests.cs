namespace RawMqtt.Tests.Clients;

public class MqttClientTests
{
    private static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token;

    [Theory]
    [InlineData("mqtt://127.0.0.1:0", QualityOfService.AtMostOnce)]
    [InlineData("ws://127.0.0.1:0/mqtt", QualityOfService.AtMostOnce)]
    [InlineData("ws://127.0.0.1:0/mqtt", QualityOfService.AtLeastOnce)]
    [InlineData("ws://127.0.0.1:0/mqtt", QualityOfService.ExactlyOnce)]
    public async Task TheFourLinesOfTheReadMe(string listener, QualityOfService qos)
    {
        await using MqttBroker broker = await MqttBroker.StartAsync(new MqttBrokerOptions { Listeners = [listener] }, Soon);
        await using MqttClient client = await MqttClient.ConnectAsync(broker.Addresses[0], Soon);
        await using MqttSubscription messages = await client.SubscribeAsync("testtopic", QualityOfService.AtLeastOnce, Soon);
        await client.PublishAsync("testtopic", "ws connection demo...!", qos, cancellationToken: Soon);
        await foreach (MqttMessage message in messages.WithCancellation(Soon))
        {
            Assert.Equal("testtopic: ws connection demo...!", $"{message.Topic}: {message.PayloadText}");
            break;
        }

        Assert.True((await client.DisconnectAsync(cancellationToken: Soon)).IsComplete);
        Assert.Equal(MqttClientState.Disconnected, client.State);
    }
}
