// SPDX-License-Identifier: MIT

using RawMqtt.Sessions;

namespace RawMqtt.Clients;

/// <summary>Puts the parts of a connection together over a stream that was opened, and takes them off the session when it has ended.</summary>
internal sealed class ConnectionOpener(
    MqttClientOptions options, ClientGate gate, ClientSession session, SessionClock clock, ClientStatus status, ClientCounters counters,
    ClientLog log,
    OutgoingMessages outgoing, ClientSubscriptions subscriptions, SubscriptionRequests requests,
    HeldMessages heldMessages, WaitingMessages waiting,
    WaitingSweep sweep, UnclaimedMessages unclaimed, UnmatchedMessages unmatched, ReceiverCalls receivers, Pings pings,
    ReadingPause pause, SuspectPackets suspects, SessionFile? file)
{
    /// <summary>How many packets leave one at a time on the first connection after one that broke: as many as are in flight by default.</summary>
    private const int FewestAlone = 20;

    /// <summary>Each waits for an answer, so more would hold up publishing for long.</summary>
    private const int MostAlone = 500;

    private int endsByServer;

    /// <summary>Returns how many packets leave one at a time.</summary>
    /// <param name="ends">The connections in a row that the server ended soon. The more, the more packets.</param>
    /// <param name="waiting">How many packets may wait for an answer.</param>
    public static int CountAlone(int ends, int waiting) => Math.Min(FewestAlone << Math.Min(ends, 16), Math.Clamp(waiting, FewestAlone, MostAlone));

    public ClientConnection Open(Stream stream)
    {
        var accepted = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var ending = new ConnectionEnding(gate.Lock);
        var writer = new ConnectionWriter(gate.Lock, stream, ending, session, clock, counters, outgoing, file, options.PacketTap);
        var answers = new ServerAnswers(outgoing, subscriptions, requests, heldMessages, sweep, unmatched, pings, status, counters, clock, log, accepted);
        var intake = new PacketIntake(gate, writer, session, clock, counters, answers, log, options.MaxPacketLength, options.PacketTap);
        var backPressure = new BackPressure(session, clock, options.TimeProvider, gate.Lock, ending, pause, outgoing, subscriptions, pings);
        var delivery = new MessageDelivery(
            gate, writer, session, clock, subscriptions, unclaimed, heldMessages, receivers, counters, file, backPressure, options);
        var reader = new ConnectionReader(stream, writer, gate.Lock, session, intake, delivery);
        return new ClientConnection(stream, reader, writer, gate, accepted, options.TimeProvider, isStreamSupplied: options.ConnectStream is not null);
    }

    /// <summary>Sends the first packet.</summary>
    /// <param name="connection">What <see cref="Open"/> returned.</param>
    /// <param name="steps">The steps of the attempt.</param>
    /// <param name="kicks">The connections in a row that ended soon.</param>
    public void SendConnect(ClientConnection connection, ConnectSteps steps, int kicks)
    {
        using GateEntry entry = gate.Enter(connection.Writer);
        session.CarefulPackets = CountAlone(Math.Min(kicks, endsByServer), options.MaxInFlight + subscriptions.WantedFilters);
        steps.WriteConnect(session, clock.Now, connection.Writer.Output);
    }

    /// <summary>Looks for the packet that the server ended the connection for.</summary>
    /// <returns>The cause of the end, with what was found.</returns>
    public MqttException Judge(MqttException end)
    {
        endsByServer = end.IsEndByServer || end.Code == MqttErrorCode.ProtocolViolation ? endsByServer + 1 : 0;
        MqttException judged;
        lock (gate.Lock) judged = suspects.Judge(end);
        log.WriteKept();
        return judged;
    }

    /// <summary>Ends the connection, closes its stream, and tells the session.</summary>
    /// <param name="connection">What <see cref="Open"/> returned.</param>
    /// <param name="running">Its <see cref="ClientConnection.RunAsync"/>; null if it was not started.</param>
    public async Task EndAsync(ClientConnection connection, Task<MqttException>? running)
    {
        var cause = new MqttException(MqttErrorCode.ConnectionLost, "The connection was given up.");
        connection.Fail(cause);
        if (running is not null) cause = await running.ConfigureAwait(false);
        await connection.CloseAsync().ConfigureAwait(false);
        lock (gate.Lock)
        {
            gate.Writer = null;
            connection.Writer.ReleaseWaiting();
            outgoing.EndAlone(reason: null);
            bool isFault = cause.Code is MqttErrorCode.ConnectionLost or MqttErrorCode.ProtocolViolation;
            session.ConnectionLost(isBroken: isFault && !cause.IsEndByClient);
            requests.ConnectionLost();
            waiting.ConnectionLost();
            pings.FailAll(cause);
            if (options.CleanSession) outgoing.LoseInFlight(ConnectFaults.SessionEnded(cause));
        }
    }
}
