namespace RawMqtt.Tests.Clients;

public class MqttClientTests
{
    private static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token;

    [Theory]
    [InlineData(QualityOfService.AtMostOnce)]
    [InlineData(QualityOfService.AtLeastOnce)]
    [InlineData(QualityOfService.ExactlyOnce)]
    public async Task TheFourLinesOfTheReadMe(QualityOfService qos)
    {
        await using var server = new SmallServer();
        await using MqttClient client = await MqttClient.ConnectAsync(server.Address, Soon);
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
