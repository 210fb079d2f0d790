// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Brokers;
using RawMqtt.Codec;

namespace RawMqtt.Tests.Brokers;

/// <summary>A <see cref="BrokerCore"/> with a clock that only the test moves.</summary>
internal sealed class TestBroker
{
    private readonly List<BrokerConnection> dirty = [];

    public TestBroker(MqttBrokerLimits? limits = null, BrokerCallbacks? callbacks = null) =>
        Core = new BrokerCore(limits ?? new MqttBrokerLimits(), hashSeed: 1, idSeed: 2, callbacks);

    public BrokerCore Core { get; }

    public MqttBrokerStatistics Statistics => Core.Statistics;

    public TimeSpan Now { get; set; } = TimeSpan.FromSeconds(100);

    /// <summary>A network connection that has sent nothing yet.</summary>
    public TestClient Open() => new(this);

    /// <summary>A client that is connected.</summary>
    public TestClient Connect(string clientId = "", bool cleanSession = true, ushort keepAlive = 0)
    {
        TestClient client = Open();
        client.Connect(clientId, cleanSession, keepAlive);
        Assert.StartsWith("CONNACK", client.Received().First());
        return client;
    }

    public void PublishFromProgram(string topic, string payload, bool retain = false)
    {
        Assert.True(TryPublishFromProgram(topic, payload, retain));
        Flush();
    }

    /// <returns>False if the journal has no room for it.</returns>
    public bool TryPublishFromProgram(string topic, string payload, bool retain = false)
    {
        var packet = new PublishPacket { Topic = Encoding.UTF8.GetBytes(topic), Payload = Encoding.UTF8.GetBytes(payload), Retain = retain };
        bool isTaken = Core.TryPublish(packet, Now);
        Flush();
        return isTaken;
    }

    /// <summary>Lets time pass, and the broker look at its deadlines.</summary>
    public void Pass(TimeSpan time)
    {
        Now += time;
        Core.Sweep(Now);
        Flush();
    }

    /// <summary>What the shell does after each call: each connection with something to send is flushed once.</summary>
    public void Flush()
    {
        do
        {
            dirty.Clear();
            Core.TakeDirty(dirty);
            foreach (BrokerConnection connection in dirty)
            {
                var client = (TestClient)connection.Carrier!;
                Core.Parts.Turn.AwaitCommit(connection);
                if (!client.TakesBytes || connection.BeginFlush(Now, Core.Parts.Turn.Committed) is not { } output) continue;
                client.Take(output.Written.Span);
                Core.Flushed(connection, output, Now);
            }
        }
        while (dirty.Count > 0);
    }
}
