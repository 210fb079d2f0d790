// SPDX-License-Identifier: MIT

using System.Collections.Concurrent;
using RawMqtt.Sessions;

namespace RawMqtt.Clients;

/// <summary>What the parts of a client share: the session, the connection it has now, and the gate that guards both.</summary>
/// <remarks>No user code runs and nothing is awaited while the gate is held.</remarks>
internal sealed class ClientCore
{
    private readonly long start;
    private readonly ConcurrentQueue<(MqttLogLevel Level, string Message)> unlogged = new();

    public ClientCore(MqttClientOptions options)
    {
        Options = options;
        SavedSession? saved = null;
        if (options.SessionFile is string path) SessionFile = new SessionFile(this, path, out saved);
        Session = new ClientSession(options.MaxInFlight, options.MaxPacketLength, options.EffectivePingTimeout, SessionFile?.Journal);
        if (options.AckTimeout is TimeSpan timeout) AckTimer = new AckTimer(this, timeout);
        Outgoing = new OutgoingMessages(this);
        if (saved is not null) Outgoing.Restore(Session.Restore(saved));
        Subscriptions = new ClientSubscriptions(this);
        start = options.TimeProvider.GetTimestamp();
    }

    public MqttClientOptions Options { get; }

    public Lock Gate { get; } = new();

    public ClientSession Session { get; }

    /// <summary>Where the session outlives this process; null: nowhere.</summary>
    public SessionFile? SessionFile { get; }

    /// <summary>Null: acknowledgements are not timed.</summary>
    public AckTimer? AckTimer { get; }

    public OutgoingMessages Outgoing { get; }

    public ClientSubscriptions Subscriptions { get; }

    public Pings Pings { get; } = new();

    public ClientStatistics Statistics { get; } = new();

    /// <summary>The connection that the server has accepted; null while there is none.</summary>
    public ClientConnection? Connection { get; set; }

    public MqttClientState State { get; set; }

    /// <summary>Whether the server had kept the session, said by the last CONNACK.</summary>
    public bool SessionPresent { get; set; }

    /// <summary>Why the client has no connection and makes no more; null while it may.</summary>
    public MqttException? End { get; set; }

    /// <summary>Why the last connection was lost, or the last attempt failed.</summary>
    public MqttException? LastFault { get; set; }

    /// <summary>Whether someone waits for a packet from the server: then reading goes on even if a subscriber is behind, or both might wait for ever.</summary>
    public bool IsAnswerAwaited => Session.InFlight > 0 || Outgoing.Queued > 0 || Outgoing.IsRoomAwaited || Subscriptions.Unanswered > 0 || Pings.Count > 0;

    /// <summary>Set while nothing is read and no answer is awaited; completed when one is.</summary>
    public TaskCompletionSource? PausedReading { get; set; }

    /// <summary>The session's time: since this client was made.</summary>
    public TimeSpan Now => Options.TimeProvider.GetElapsedTime(start);

    /// <summary>Under the gate.</summary>
    public MqttClientStatistics ReadStatistics() => new()
    {
        MessagesSent = Statistics.MessagesSent,
        MessagesReceived = Statistics.MessagesReceived,
        BytesSent = Statistics.BytesSent,
        BytesReceived = Statistics.BytesReceived,
        Connections = Statistics.Connections,
        InFlight = Session.InFlight,
        Queued = Outgoing.Queued,
        Dropped = Statistics.Dropped,
        DroppedIncoming = Statistics.DroppedIncoming,
        Unmatched = Statistics.Unmatched,
        ReceiverFailures = Statistics.ReceiverFailures,
    };

    public void Log(MqttLogLevel level, string message)
    {
        try
        {
            Options.Log?.Invoke(level, message);
        }
        catch (Exception) // whatever the application's code throws, the client lives on
        {
            // there is nobody left to tell
        }

        if (RawMqttEventSource.Log.IsEnabled()) RawMqttEventSource.Log.Client(Options.ClientId, level, message);
    }

    /// <summary>For callers that hold the gate, under which no code of the application runs: the thread that reads logs it when it has left the gate.</summary>
    public void LogSoon(MqttLogLevel level, string message) => unlogged.Enqueue((level, message));

    /// <summary>Logs what <see cref="LogSoon"/> kept. Not under the gate.</summary>
    public void LogKept()
    {
        while (unlogged.TryDequeue(out (MqttLogLevel Level, string Message) line)) Log(line.Level, line.Message);
    }

    /// <summary>Someone waits for an answer from now on.</summary>
    public void AnswerAwaited()
    {
        PausedReading?.TrySetResult();
        PausedReading = null;
    }

    /// <summary>Why a message may not wait now; null if it may.</summary>
    public MqttException? QueueingFault()
    {
        if (End is not null) return End;
        if (Connection is not null || Options.OfflinePublishing == MqttOfflinePublishing.Queue) return null;
        return new MqttException(MqttErrorCode.NotConnected, "There is no connection, and OfflinePublishing is Fail. Publish when State is Connected, or let messages wait with MqttOfflinePublishing.Queue.");
    }
}
