// SPDX-License-Identifier: MIT

namespace RawMqtt.Tests.Simulation;

/// <summary>One world: a server, some publishers and subscribers, minutes of faults, then quiet; and what must be true at the end.</summary>
internal sealed class Scenario
{
    private static readonly string[] Topics = ["a", "a/b", "c"];
    private static readonly string[] Filters = [.. Topics, ConnectionWill.Topic];

    private readonly World world;
    private readonly SimulatedServer server;
    private readonly SimulatedStore? store;
    private readonly List<SimulatedClient> publishers = [];
    private readonly List<SimulatedClient> subscribers = [];

    private readonly bool isBounded;

    private Scenario(int seed, bool keepsTrace, bool isDurable, Mistake? mistake, MqttWhenQueueFull? whenFull)
    {
        world = new World(seed, keepsTrace);
        store = isDurable ? new SimulatedStore(world, isSynced: mistake is { NeverSyncs: true } || world.Chance(0.5), mistake) : null;
        isBounded = whenFull is not null;
        server = new SimulatedServer(world, store, whenFull);
        for (int i = world.Random.Next(1, 3); i > 0; i--) subscribers.Add(new SimulatedClient(world, server, $"sub{i}", clean: false, hasDisk: true, Filters));
        for (int i = world.Random.Next(1, 4); i > 0; i--)
        {
            bool clean = world.Chance(0.3);
            publishers.Add(new SimulatedClient(world, server, $"pub{i}", clean, hasDisk: !clean && world.Chance(0.5), []));
        }

        server.SessionEnded = name => publishers.Concat(subscribers).Single(client => client.Name == name).SessionEnded();
    }

    /// <summary>Runs the world of <paramref name="seed"/>; a failure carries its trace.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="isDurable">Whether the server keeps nothing but what its journal says.</param>
    /// <param name="mistake">What is wrong with that server.</param>
    /// <param name="whenFull">What it does when a queue, or a share of its journal, is full; null: none is.</param>
    /// <returns>How often that was so.</returns>
    public static BoundFigures Run(int seed, bool isDurable = false, Mistake? mistake = null, MqttWhenQueueFull? whenFull = null)
    {
        try
        {
            return new Scenario(seed, keepsTrace: false, isDurable, mistake, whenFull).Run();
        }
        catch (Exception failure) when (failure is SimulationException or Xunit.Sdk.XunitException or InvalidOperationException or ArgumentException
            or IndexOutOfRangeException or NullReferenceException)
        {
            throw new SimulationException($"Seed {seed}: {failure.Message}\nThe last that happened (RAWMQTT_SIMULATION_SEED={seed} replays it):\n"
                + $"{string.Join('\n', TraceOf(seed, isDurable, mistake, whenFull).TakeLast(60))}");
        }
    }

    /// <summary>All that happens in the world of <paramref name="seed"/>.</summary>
    public static IReadOnlyList<string> TraceOf(int seed, bool isDurable = false, Mistake? mistake = null, MqttWhenQueueFull? whenFull = null)
    {
        var scenario = new Scenario(seed, keepsTrace: true, isDurable, mistake, whenFull);
        try
        {
            scenario.Run();
        }
        catch (Exception failure) when (failure is SimulationException or Xunit.Sdk.XunitException or InvalidOperationException or ArgumentException
            or IndexOutOfRangeException or NullReferenceException)
        {
            scenario.world.Note($"!!! {failure.Message}");
        }

        return scenario.world.Trace;
    }

    private BoundFigures Run()
    {
        PassUntil(() => subscribers.All(subscriber => subscriber.IsSubscribed), "the subscriptions are confirmed");
        TimeSpan begun = world.Now;
        TimeSpan end = begun + TimeSpan.FromSeconds(120);
        foreach (SimulatedClient publisher in publishers) PlanMessages(publisher);
        for (int i = world.Random.Next(0, store is null ? 4 : 12); i > 0; i--) world.After(world.Delay(120), server.Crash);
        foreach (SimulatedClient client in publishers.Concat(subscribers))
        {
            for (int i = world.Random.Next(0, 3); i > 0; i--) world.After(world.Delay(120), client.Crash);
            for (int i = world.Random.Next(0, 3); i > 0; i--) PlanLeaving(client);
        }

        // a client with a disk of its own that ends after it was forgotten repeats with DUP what it had not sent anew
        foreach (SimulatedClient publisher in publishers.Where(publisher => world.Chance(0.3) && !publisher.HasDisk))
            world.After(world.Delay(120), publisher.IsForgotten);
        if (world.Chance(0.3)) world.After(world.Delay(120), () => world.Jump(TimeSpan.FromSeconds(world.Random.Next(5, 300))));
        for (int steps = 0; world.Step(end);)
        {
            if (++steps > 200_000) throw new SimulationException("it turns in circles");
        }

        world.Note("--- from here on the network is well");
        world.HasFaults = false;
        server.Crash(); // the links that were to fail are gone
        foreach (SimulatedClient client in publishers.Concat(subscribers)) client.Crash();
        PassUntil(() => publishers.Concat(subscribers).All(client => client.IsSettled && client.IsIdle) && server.IsIdle, "all is settled and idle");
        int connections = publishers.Concat(subscribers).Sum(client => client.Connections);
        for (end = world.Now + TimeSpan.FromSeconds(100); world.Step(end);) ;
        Require(publishers.Concat(subscribers).Sum(client => client.Connections) == connections, "a connection ended, and nothing was wrong with it");
        Check();
        foreach (ConnectionWill will in publishers.SelectMany(publisher => publisher.Wills.SkipLast(1)).Where(will => will.At >= begun)) Check(will);
        server.EndProcess();
        return server.Figures;
    }

    /// <summary>A broker with a journal may be killed at that moment.</summary>
    private void PlanLeaving(SimulatedClient client)
    {
        TimeSpan at = world.Now + world.Delay(120);
        world.At(at, client.Leave);
        if (store is not null && world.Chance(0.5)) world.At(at + world.Delay(0.1), server.Crash);
    }

    private void PlanMessages(SimulatedClient publisher)
    {
        for (int i = world.Random.Next(5, 60); i > 0; i--)
        {
            string topic = Topics[world.Random.Next(Topics.Length)];
            var qos = (QualityOfService)world.Random.Next(3);
            world.After(world.Delay(110), () => publisher.Publish(topic, qos));
        }
    }

    private void PassUntil(Func<bool> condition, string what)
    {
        TimeSpan deadline = world.Now + TimeSpan.FromMinutes(30);
        int steps = 0;
        while (!condition())
        {
            if (!world.Step(deadline) || ++steps > 200_000) throw new SimulationException($"it never comes that {what}: {server.State}");
        }
    }

    private void Check()
    {
        foreach (SimulatedClient subscriber in subscribers)
        {
            Dictionary<string, int> times = subscriber.Received.GroupBy(payload => payload).ToDictionary(group => group.Key, group => group.Count());
            Published[] messages = [.. publishers.SelectMany(publisher => publisher.Messages)];
            foreach (Published message in messages) Check(subscriber, message, times.GetValueOrDefault(message.Payload));
            string[] missing = [.. messages.Where(message => message.Qos > 0 && message.Outcome == Outcome.Delivered)
                .Select(message => message.Payload).Where(payload => !times.ContainsKey(payload))];
            if (server.LostBy(subscriber.Name) is { } lost)
                Require(missing.Length <= lost, $"{subscriber.Name} misses {missing.Length} messages, \"{missing.LastOrDefault()}\" too: {lost} are counted");
            CheckOrder(subscriber);
        }

        foreach (SimulatedClient client in publishers.Concat(subscribers)) Require(client.IsSettled, $"{client.Name} has an await that is not settled");
    }

    private void Check(SimulatedClient subscriber, Published message, int times)
    {
        string what = $"{subscriber.Name} got \"{message.Payload}\" {times} times, and its publisher was told {message.Outcome}";
        if (message.Qos != QualityOfService.AtLeastOnce && !message.MayComeTwice) Require(times <= 1, what);
        if (!isBounded && message.Qos > QualityOfService.AtMostOnce && message.Outcome == Outcome.Delivered) Require(times >= 1, what);
    }

    /// <summary>A Will goes out once, unless the connection ended by DISCONNECT [MQTT-3.1.2-8], [MQTT-3.1.2-10], [MQTT-3.14.4-3].</summary>
    private void Check(ConnectionWill will)
    {
        foreach (SimulatedClient subscriber in subscribers)
        {
            int times = subscriber.Received.Count(payload => payload == will.Payload);
            string what = $"{subscriber.Name} got \"{will.Payload}\" at QoS {(int)will.Qos} {times} times";
            if (will.IsDisconnected) Require(times == 0, $"{what} after DISCONNECT");
            if (!isBounded && will is { IsAccepted: true, IsDisconnecting: false, Qos: > QualityOfService.AtMostOnce }) Require(times >= 1, what);
            if (will.Qos != QualityOfService.AtLeastOnce) Require(times <= 1, what);
        }
    }

    /// <summary>Of each publisher, topic and QoS: the messages come in the order of publishing; at QoS 1 that holds for the first time that each comes
    /// [MQTT-4.6.0-6]. If queues are full, that may be the second time that it was sent.</summary>
    private void CheckOrder(SimulatedClient subscriber)
    {
        HashSet<string> late = isBounded ? [.. publishers.SelectMany(publisher => publisher.SentAgain)] : [];
        IEnumerable<string> published = subscriber.Received.Distinct().Where(payload => !payload.StartsWith(ConnectionWill.Begin, StringComparison.Ordinal));
        foreach (IGrouping<string, string> stream in published.Where(payload => !subscriber.TakenAnew.Contains(payload) && !late.Contains(payload))
            .GroupBy(payload => payload[..payload.LastIndexOf(' ')]))
        {
            int last = -1;
            foreach (string payload in stream)
            {
                int number = int.Parse(payload[(payload.LastIndexOf(' ') + 1)..], System.Globalization.CultureInfo.InvariantCulture);
                Require(number > last, $"{subscriber.Name} got \"{payload}\" after number {last}");
                last = number;
            }
        }
    }

    private static void Require(bool condition, string otherwise)
    {
        if (!condition) throw new SimulationException(otherwise);
    }
}
