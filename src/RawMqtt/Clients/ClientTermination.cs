// SPDX-License-Identifier: MIT

namespace RawMqtt.Clients;

/// <summary>Settles everything that waits when a client makes no further connection.</summary>
internal sealed class ClientTermination(
    Lock gate, ClientStatus status, OutgoingMessages outgoing, ClientSubscriptions subscriptions, StateChanges changes, bool isClean)
{
    /// <summary>Ends a client whose last connection is closed, and tells the change of state.</summary>
    /// <returns>The reason that counts: that of <see cref="ClientStatus.End"/> if there was one.</returns>
    public MqttException Finish(MqttException reason, int failures)
    {
        MqttClientState from;
        MqttClientState to;
        MqttException end;
        bool onPurpose;
        lock (gate)
        {
            from = status.State;
            end = status.End ??= reason;
            status.State = to = end.Code == MqttErrorCode.Disposed ? MqttClientState.Closed : MqttClientState.Disconnected;
            onPurpose = end.Code is MqttErrorCode.Disposed or MqttErrorCode.NotConnected;
            outgoing.FailAll(end, isClean);
            subscriptions.Disconnected(end, onPurpose ? null : end);
        }

        changes.Tell(new MqttStateChange(from, to, onPurpose ? null : end, failures, null, false));
        return end;
    }

    /// <summary>Closes a client that is disposed of.</summary>
    public void Close(MqttException reason)
    {
        lock (gate)
        {
            status.State = MqttClientState.Closed;
            outgoing.FailAll(reason, isClean);
            subscriptions.Disconnected(reason, reason: null);
        }
    }
}
