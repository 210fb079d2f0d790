// SPDX-License-Identifier: MIT


namespace RawMqtt.Tests.Brokers;

/// <summary>What clients leave behind when they go: nothing.</summary>
[Collection(MeasuresMemory.Name)]
public class LeakTests
{
    [Fact]
    public void A_hundred_thousand_clients_come_and_go()
    {
        var broker = new TestBroker();
        TestClient publisher = broker.Connect("p");
        long before = 0;
        for (int i = 0; i < 100_000; i++)
        {
            TestClient client = broker.Open();
            client.Connect($"c{i % 97}", cleanSession: i % 3 != 0, willTopic: "will", will: "x");
            client.Subscribe(1, ($"a/{i % 13}/+", i % 3), ("will", 1), ($"own/{i}", 2));
            publisher.Publish($"a/{i % 13}/b", "payload", qos: i % 3, id: (ushort)(i % 3 == 0 ? 0 : 1));
            if (i % 3 == 2) publisher.PubRel(1);
            if (i % 2 == 0) client.Disconnect();
            client.Lose();
            client.Connection.Carrier = null;
            publisher.ReceivedBytes();
            if (i == 20_000) before = GC.GetTotalMemory(forceFullCollection: true);
        }

        for (int i = 0; i < 97; i++) broker.Connect($"c{i}", cleanSession: true).Disconnect();
        publisher.Disconnect();
        publisher.Lose();
        long after = GC.GetTotalMemory(forceFullCollection: true);

        Assert.Equal(0, broker.Core.Sessions.Count);
        Assert.Equal(0, broker.Core.Sessions.Away);
        Assert.Equal(0, broker.Core.Subscriptions.Count);
        Assert.Equal(0, broker.Core.Messages.InUse);
        Assert.Equal(0, broker.Core.Messages.BytesInUse);
        Assert.InRange(after - before, long.MinValue, 8 << 20);
    }

    /// <summary>Whatever a hundred clients do at random, in the end all is given back.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void At_random_everything_is_given_back(int seed)
    {
        var random = new Random(seed);
        var broker = new TestBroker(new MqttBrokerLimits
        {
            InitialInFlight = 5,
            MaxInFlight = 5,
            MaxQueuedMessages = 50,
            MaxOutgoingBytes = 5000,
            MaxRetainedMessages = 20,
            MaxAwaySessions = 20
        });
        var clients = new List<TestClient>();
        for (int step = 0; step < 20_000; step++)
        {
            if (clients.Count < 30) clients.Add(Connected(broker, random));
            TestClient client = clients[random.Next(clients.Count)];
            Act(client, random);
            if (random.Next(50) == 0) broker.Pass(TimeSpan.FromSeconds(random.Next(20)));
            clients.RemoveAll(c => c.End is not null);
        }

        foreach (TestClient client in clients) client.Lose();
        for (int i = 0; i < 40; i++) broker.Connect($"c{i}").Lose();
        TestClient sweeper = broker.Connect("sweeper");
        for (int i = 0; i < 8; i++) sweeper.Publish($"t/{i}", "", retain: true);
        sweeper.Lose();

        Assert.Equal(0, broker.Core.Sessions.Count);
        Assert.Equal(0, broker.Core.Sessions.Away);
        Assert.Equal(0, broker.Core.Subscriptions.Count);
        Assert.Equal(0, broker.Core.Retained.Count);
        Assert.Equal(0, broker.Core.Messages.InUse);
        Assert.Equal(0, broker.Core.Messages.BytesInUse);
    }

    private static TestClient Connected(TestBroker broker, Random random)
    {
        TestClient client = broker.Open();
        client.Connect($"c{random.Next(40)}", cleanSession: random.Next(2) == 0, keepAlive: (ushort)random.Next(30),
            willTopic: random.Next(2) == 0 ? $"t/{random.Next(8)}" : null, will: "", willQos: (QualityOfService)0);
        return client;
    }

    private static void Act(TestClient client, Random random)
    {
        string topic = $"t/{random.Next(8)}";
        ushort id = (ushort)random.Next(1, 30);
        switch (random.Next(14))
        {
            case 0:
                client.Subscribe(id, (random.Next(2) == 0 ? topic : "t/+", random.Next(3)), ("#", random.Next(3)));
                break;
            case 1:
                client.Unsubscribe(id, topic, "t/+");
                break;
            case 2:
                client.Lose();
                break;
            case 3:
                client.Send([(byte)random.Next(256), 0]);
                break;
            case 4:
                client.TakesBytes = random.Next(3) > 0;
                break;
            case 5:
                client.PubAck(id);
                break;
            case 6:
                client.PubRec(id);
                break;
            case 7:
                client.PubRel(id);
                break;
            case 8:
                client.PubComp(id);
                break;
            default:
                int qos = random.Next(3);
                client.Publish(topic, new string('x', random.Next(200)), qos, qos > 0 ? id : (ushort)0, retain: random.Next(5) == 0);
                break;
        }
    }
}
