// SPDX-License-Identifier: MIT

using System.Threading.Channels;

namespace RawMqtt.Testing;

/// <summary>A server that does what the test says, packet by packet: it expects, answers, and cuts.</summary>
public sealed class ScriptedPeer : IAsyncDisposable
{
    private readonly Channel<ScriptedConnection> accepted = Channel.CreateUnbounded<ScriptedConnection>();
    private readonly List<ScriptedConnection> connections = [];

    /// <summary>Gets the clock of the clients.</summary>
    public ManualTime Time { get; } = new();

    /// <summary>Gets or sets the time, on the machine's clock, after which a wait for a packet or a connection fails.</summary>
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Returns options of a client that connects to this peer in memory, on its clock.</summary>
    public MqttClientOptions ClientOptions(MqttClientOptions? options = null) =>
        (options ?? new MqttClientOptions()) with { ConnectStream = (_, _) => ValueTask.FromResult(Open()), TimeProvider = Time };

    /// <summary>Waits for the next connection of a client.</summary>
    /// <exception cref="TimeoutException">None came within <see cref="Patience"/>.</exception>
    public async Task<ScriptedConnection> AcceptAsync() => await accepted.Reader.ReadAsync().AsTask().WaitAsync(Patience).ConfigureAwait(false);

    /// <summary>Waits for the next connection, and answers its CONNECT.</summary>
    /// <exception cref="TimeoutException">None came within <see cref="Patience"/>.</exception>
    public async Task<ScriptedConnection> AcceptClientAsync()
    {
        ScriptedConnection connection = await AcceptAsync().ConfigureAwait(false);
        connection.Answer(await connection.ExpectAsync(Codec.PacketType.Connect).ConfigureAwait(false));
        return connection;
    }

    /// <summary>Ends all connections.</summary>
    public ValueTask DisposeAsync()
    {
        foreach (ScriptedConnection connection in connections) connection.Cut(FaultEnd.Close);
        return default;
    }

    private Stream Open()
    {
        var connection = new ScriptedConnection(new FaultLink(time: Time), Patience);
        lock (connections) connections.Add(connection);
        accepted.Writer.TryWrite(connection);
        return connection.Link.Client;
    }
}
