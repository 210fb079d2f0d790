// SPDX-License-Identifier: MIT

namespace RawMqtt.Testing;

/// <summary>A broker without a listener on a clock that the test moves, and clients that are connected to it in memory.</summary>
public sealed class MemoryBroker : IAsyncDisposable
{
    private readonly List<MqttClient> clients = [];
    private readonly List<FaultLink> links = [];

    private MemoryBroker(MqttBroker broker, ManualTime time) => (Broker, Time) = (broker, time);

    /// <summary>Gets the broker.</summary>
    public MqttBroker Broker { get; }

    /// <summary>Gets the clock of the broker and of its clients.</summary>
    public ManualTime Time { get; }

    /// <summary>Gets or sets what happens to the connection with each number, from 1 on.</summary>
    public Func<int, Fault> Faults { get; set; } = _ => Fault.None;

    /// <summary>Gets the connections that were made so far, in their order.</summary>
    public IReadOnlyList<FaultLink> Links
    {
        get
        {
            lock (links) return [.. links];
        }
    }

    /// <summary>Starts a broker. Its listeners are left out, its clock is <see cref="Time"/>, and clients need no user name unless the options say
    /// otherwise.</summary>
    public static async Task<MemoryBroker> StartAsync(MqttBrokerOptions? options = null)
    {
        var time = new ManualTime();
        options ??= new MqttBrokerOptions();
        bool isOpen = options.AllowAnonymous ?? (options.PasswordFile is null);
        MqttBroker broker = await MqttBroker.StartAsync(options with { Listeners = [], TimeProvider = time, AllowAnonymous = isOpen }).ConfigureAwait(false);
        return new MemoryBroker(broker, time);
    }

    /// <summary>Returns options of a client that connects to this broker in memory, on its clock.</summary>
    public MqttClientOptions ClientOptions(MqttClientOptions? options = null) =>
        (options ?? new MqttClientOptions()) with { ConnectStream = (_, _) => ValueTask.FromResult(Open()), TimeProvider = Time };

    /// <summary>Connects a client, which the broker disposes of at its own end.</summary>
    public async Task<MqttClient> ConnectAsync(MqttClientOptions? options = null, CancellationToken cancellationToken = default)
    {
        MqttClient client = await MqttClient.ConnectAsync(ClientOptions(options), cancellationToken).ConfigureAwait(false);
        clients.Add(client);
        return client;
    }

    /// <summary>Cuts all connections that stand.</summary>
    public void CutAll(FaultEnd end = FaultEnd.Reset)
    {
        foreach (FaultLink link in Links) link.Cut(end);
    }

    /// <summary>Disposes of the clients, and stops the broker; the clock moves as far as that needs.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (MqttClient client in clients) await Time.AdvanceUntil(client.DisposeAsync().AsTask()).ConfigureAwait(false);
        await Time.AdvanceUntil(Broker.DisposeAsync().AsTask()).ConfigureAwait(false);
    }

    private Stream Open()
    {
        FaultLink link;
        lock (links)
        {
            link = new FaultLink(Faults(links.Count + 1), Time);
            links.Add(link);
        }

        _ = Broker.ServeAsync(link.Server);
        return link.Client;
    }
}
