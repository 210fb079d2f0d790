// SPDX-License-Identifier: MIT

namespace RawMqtt.Clients;

/// <summary>Settles everything that waits when a client makes no further connection.</summary>
internal sealed class ClientTermination(Lock gate, ClientStatus status, OutgoingMessages outgoing, ClientSubscriptions subscriptions, StateChanges changes)
{
    /// <summary>Ends a client whose last connection is closed, and tells the change of state.</summary>
    /// <returns>The reason that counts: that of <see cref="ClientStatus.End"/> if there was one.</returns>
    public MqttException Finish(MqttException reason, int failures)
    {
        MqttClientState from;
        MqttClientState to;
        MqttException end;
        LocalSubscription[] ended;
        lock (gate)
        {
            from = status.State;
            end = status.End ??= reason;
            status.State = to = end.Code == MqttErrorCode.Disposed ? MqttClientState.Closed : MqttClientState.Disconnected;
            ended = FailAll(end);
        }

        bool onPurpose = end.Code is MqttErrorCode.Disposed or MqttErrorCode.NotConnected;
        foreach (LocalSubscription subscription in ended) subscription.Buffer.Complete(onPurpose ? null : end.Copy());
        changes.Tell(new MqttStateChange(from, to, onPurpose ? null : end, failures, null, false));
        return end;
    }

    /// <summary>Closes a client that is disposed of.</summary>
    public void Close(MqttException reason)
    {
        LocalSubscription[] ended;
        lock (gate)
        {
            status.State = MqttClientState.Closed;
            ended = FailAll(reason);
        }

        foreach (LocalSubscription subscription in ended) subscription.Buffer.Complete(null);
    }

    private LocalSubscription[] FailAll(MqttException reason)
    {
        outgoing.FailAll(reason);
        subscriptions.FailAll(reason);
        return subscriptions.RemoveAll();
    }
}
