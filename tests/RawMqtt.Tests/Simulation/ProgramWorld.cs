// SPDX-License-Identifier: MIT

using System.Collections.Concurrent;

namespace RawMqtt.Tests.Simulation;

/// <summary>
/// Real clients and a real broker over connections that break. Programs with one kept session come one after the other: they subscribe before
/// or after they connect, end their streams early and begin them anew, and end with or without a word. The session of the publisher may vanish.
/// </summary>
internal sealed class ProgramWorld(int seed, bool sessionsVanish) : IAsyncDisposable
{
    private const int Messages = 300;
    private const int Lives = 6;
    private static readonly string[] Filters = ["a/#", "b/#"];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private readonly Random random = new(seed);
    private readonly ConcurrentDictionary<string, int> received = [];
    private readonly ConcurrentQueue<string> trace = [];
    private readonly string sessionFile = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
    private bool hasSessionFile;
    private MqttBroker? broker;
    private FaultProxy? proxy;

    /// <summary>What happened, one line for each step of a program.</summary>
    public IEnumerable<string> Trace => trace;

    /// <summary>Lives through the world of the seed, and returns what was promised and not kept.</summary>
    public async Task<IReadOnlyList<string>> RunAsync()
    {
        hasSessionFile = Chance(0.5);
        var unlimited = new MqttBrokerLimits { InitialInFlight = Chance(0.3) ? 1 : 20, MaxQueuedMessages = 10 * Messages, MaxQueuedBytes = 1 << 24 };
        broker = await MqttBroker.StartAsync(new MqttBrokerOptions { Listeners = ["mqtt://127.0.0.1:0"], Limits = unlimited });
        int port = new Uri(broker.Addresses[0]).Port;
        proxy = new FaultProxy(port, _ => new Fault(Next(300, 6000), Chance(0.5) ? FaultEnd.Close : FaultEnd.Reset, Next(1, 2000)));

        await LiveAsync(until: () => true);
        await using var publisher = new MqttClient(OptionsFor("publisher") with { CleanSession = sessionsVanish && Chance(0.5) });
        Task<string[]> publishing = PublishAsync(publisher);
        for (int life = 1; life < Lives; life++)
        {
            if (sessionsVanish && Chance(0.3)) await LetSessionVanishAsync("publisher");
            int enough = received.Count + Next(0, Messages / Lives);
            await LiveAsync(until: () => received.Count >= enough);
        }

        string[] promised = await publishing;
        trace.Enqueue("all is published");
        await LiveAsync(until: () => promised.All(received.ContainsKey));
        trace.Enqueue($"{publisher.Statistics}, {broker.Statistics}");
        return [.. promised.Where(message => message.StartsWith("broken", StringComparison.Ordinal) || !received.ContainsKey(message))];
    }

    public async ValueTask DisposeAsync()
    {
        if (proxy is not null) await proxy.DisposeAsync();
        if (broker is not null) await broker.DisposeAsync();
        File.Delete(sessionFile);
    }

    /// <summary>One program, which ends its streams when enough came, or when nothing came for a time.</summary>
    private async Task LiveAsync(Func<bool> until)
    {
        trace.Enqueue($"a program begins, {received.Count} messages are there");
        await using var program = new MqttClient(OptionsFor("program") with { CleanSession = false, SessionFile = hasSessionFile ? sessionFile : null });
        bool subscribesLate = Chance(0.5);
        Task opened = subscribesLate ? program.OpenAsync() : Task.CompletedTask;
        await opened;
        Task<MqttSubscription>[] asked = [.. Filters.Select(filter => program.SubscribeAsync(filter, QualityOfService.AtLeastOnce))];
        if (!subscribesLate) await program.OpenAsync();
        MqttSubscription[] streams = await Task.WhenAll(asked);
        using var enough = new CancellationTokenSource(Patience);
        await Task.WhenAll(streams.Select((stream, index) => ReadInPartsAsync(program, stream, Filters[index], until, enough)));
        bool ends = Chance(0.5);
        trace.Enqueue($"a program ends {(ends ? "with" : "without")} DISCONNECT, {received.Count} messages are there, {program.Statistics}");
        if (ends) await program.DisconnectAsync();
        else program.Abort();
    }

    /// <summary>Reads some messages, ends the stream, subscribes again, and so on.</summary>
    private async Task ReadInPartsAsync(MqttClient program, MqttSubscription stream, string filter, Func<bool> until, CancellationTokenSource enough)
    {
        while (true)
        {
            if (until()) await enough.CancelAsync();
            int part = Next(1, 60);
            try
            {
                await foreach (MqttMessage message in stream.WithCancellation(enough.Token))
                {
                    received.AddOrUpdate(message.PayloadText, 1, (_, times) => times + 1);
                    enough.CancelAfter(until() ? TimeSpan.Zero : Patience);
                    if (--part == 0) break;
                }
            }
            catch (OperationCanceledException)
            {
                // enough came, or nothing for a time
            }

            await stream.DisposeAsync();
            if (enough.IsCancellationRequested) return;
            trace.Enqueue($"the stream of {filter} ended early");
            stream = await program.SubscribeAsync(filter, QualityOfService.AtLeastOnce);
        }
    }

    private async Task<string[]> PublishAsync(MqttClient publisher)
    {
        await publisher.OpenAsync();
        var sent = new List<Task<string>>();
        for (int i = 0; i < Messages; i++)
        {
            sent.Add(PublishAsync(publisher, i % 2 == 0 ? "a/x" : "b/x", $"{i}"));
            if (i % 10 == 9) await Task.WhenAny(sent[^10..]);
        }

        return await Task.WhenAll(sent);
    }

    private static async Task<string> PublishAsync(MqttClient publisher, string topic, string message)
    {
        try
        {
            await publisher.PublishAsync(topic, message, QualityOfService.AtLeastOnce);
            return message;
        }
        catch (MqttException exception)
        {
            return $"broken: {message} {exception.Code}";
        }
    }

    /// <summary>Another client comes with the same identifier and a clean session, and goes.</summary>
    private async Task LetSessionVanishAsync(string clientId)
    {
        trace.Enqueue($"the session of {clientId} vanishes");
        var options = new MqttClientOptions { ClientId = clientId, ConnectStream = (_, _) => ValueTask.FromResult(broker!.Connect()) };
        await using MqttClient thief = await MqttClient.ConnectAsync(options);
        await thief.DisconnectAsync();
    }

    private MqttClientOptions OptionsFor(string clientId) => new()
    {
        Address = $"mqtt://127.0.0.1:{proxy!.Port}",
        ClientId = clientId,
        RetryFirstConnect = true,
        ReconnectDelay = TimeSpan.FromMilliseconds(1),
        MaxReconnectDelay = TimeSpan.FromMilliseconds(5),
        Log = clientId == "program" ? (_, line) => trace.Enqueue($"  {line}") : null,
    };

    private bool Chance(double probability)
    {
        lock (random) return random.NextDouble() < probability;
    }

    private int Next(int from, int to)
    {
        lock (random) return random.Next(from, to);
    }
}
