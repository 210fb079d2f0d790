// SPDX-License-Identifier: MIT

namespace RawMqtt.Tests.House;

/// <summary>The C# of docs/article.md, between markers; compared by <see cref="ReadmeTests"/>, and run.</summary>
public class ArticleExamples
{
    [Fact]
    public async Task The_steps_of_the_article_run()
    {
        await using MqttBroker broker = await MqttBroker.StartAsync(new MqttBrokerOptions { Listeners = ["ws://127.0.0.1:0/mqtt"] });
        string address = broker.Addresses[0];
        using MqttBrokerSubscription wills = broker.Subscribe("WillMsg");
        // README >
        var options = new MqttClientOptions
        {
            Address = address,                              // ws://localhost:8083/mqtt, or wss://localhost:8084/mqtt with Tls
            KeepAlive = TimeSpan.FromSeconds(60),
            ConnectTimeout = TimeSpan.FromSeconds(30),
            ReconnectDelay = TimeSpan.FromSeconds(1),
            Will = new MqttWill("WillMsg", "Connection Closed abnormally..!"),
        };
        await using MqttClient client = await MqttClient.ConnectAsync(options);
        await using MqttSubscription messages = await client.SubscribeAsync("testtopic", QualityOfService.AtMostOnce);
        await client.PublishAsync("testtopic", "ws connection demo...!");
        await foreach (MqttMessage message in messages)
        {
            Console.WriteLine($"{message.Topic}: {message.PayloadText}");
            break;
        }

        await client.UnsubscribeAsync("testtopic");
        await client.DisconnectAsync();
        // README <
        Assert.Equal(0, broker.Statistics.MessagesDropped);
        Assert.Empty(broker.Clients);
    }
}
