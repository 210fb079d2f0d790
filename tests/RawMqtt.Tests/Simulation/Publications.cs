// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Sessions;

namespace RawMqtt.Tests.Simulation;

/// <summary>What one simulated client publishes, and what becomes of it.</summary>
internal sealed class Publications(string name)
{
    private readonly Queue<Published> waiting = new();
    private readonly Dictionary<ushort, Published> inFlight = [];

    public List<Published> Messages { get; } = [];

    public bool IsSettled => Messages.TrueForAll(message => message.Outcome != Outcome.None);

    /// <summary>None waits to be sent.</summary>
    public bool IsSent => waiting.Count == 0;

    public void Add(string topic, QualityOfService qos, bool isConnected)
    {
        var message = new Published(topic, qos, $"{name} {topic} {(int)qos} {Messages.Count(other => other.Topic == topic && other.Qos == qos)}");
        Messages.Add(message);
        if (qos == QualityOfService.AtMostOnce && !isConnected) message.Outcome = Outcome.Lost;
        else waiting.Enqueue(message);
    }

    public void Send(ClientSession session, OutgoingBuffer output)
    {
        while (waiting.TryPeek(out Published? message) && session.CanSend && (message.Qos == QualityOfService.AtMostOnce || session.CanPublish))
        {
            waiting.Dequeue();
            ushort id = session.Publish(Encoding.UTF8.GetBytes(message.Topic), Encoding.UTF8.GetBytes(message.Payload), message.Qos, retain: false, output);
            if (id == 0) message.Outcome = Outcome.Delivered;
            else if (!inFlight.TryAdd(id, message)) throw new SimulationException($"{name}: identifier {id} is open");
        }
    }

    public void Delivered(ushort packetId)
    {
        if (inFlight.Remove(packetId, out Published? message)) message.Outcome = Outcome.Delivered;
    }

    /// <summary>Gives up what is not published anew in the next session.</summary>
    public void LoseInFlight(ClientSession session)
    {
        foreach ((ushort packetId, Published message) in inFlight.Where(one => !session.IsInFlight(one.Key)).ToList())
        {
            message.Outcome = Outcome.SessionLost;
            inFlight.Remove(packetId);
        }
    }

    /// <summary>The server has forgotten what it knew of those in flight.</summary>
    public void AreForgotten()
    {
        foreach (Published message in inFlight.Values) message.MayComeTwice = true;
    }
}
