// SPDX-License-Identifier: MIT

using RawMqtt.Sessions;

namespace RawMqtt.Clients;

/// <summary>Passes what the server answered to the part of the client that asked. Under the gate.</summary>
internal sealed class ServerAnswers(
    OutgoingMessages outgoing, ClientSubscriptions subscriptions, SubscriptionRequests requests, HeldMessages heldMessages,
    WaitingSweep sweep, UnmatchedMessages unmatched, Pings pings, ClientStatus status, ClientCounters counters,
    SessionClock clock, ClientLog log, TaskCompletionSource<bool> accepted)
{
    public void Handle(in SessionEvent answer, OutgoingBuffer output)
    {
        switch (answer.Kind)
        {
            case SessionEventKind.Delivered:
                requests.SendUnsent(output); // an identifier is free: SUBSCRIBEs come before messages
                outgoing.Complete(answer.PacketId, output);
                break;
            case SessionEventKind.Downgraded:
                outgoing.GiveUp(answer.PacketId, ConnectFaults.Downgraded());
                requests.SendUnsent(output);
                outgoing.SendQueued(output);
                break;
            case SessionEventKind.Subscribed:
            case SessionEventKind.Unsubscribed:
                subscriptions.Complete(answer.PacketId, answer.ReturnCodes.ToArray(), output);
                requests.SendUnsent(output);
                outgoing.SendQueued(output);
                break;
            case SessionEventKind.Pong:
                pings.Complete(clock.Now);
                outgoing.CompleteAlone();
                requests.SendUnsent(output);
                outgoing.SendQueued(output);
                break;
            case SessionEventKind.Connected:
                status.SessionPresent = answer.SessionPresent;
                counters.Connections++;
                if (answer.Forgotten > 0) log.Keep(MqttLogLevel.Warning, $"{answer.Forgotten} messages at QoS 2: {ConnectFaults.SessionForgotten().Message}");
                if (answer.SessionLost) outgoing.LoseInFlight(ConnectFaults.SessionForgotten());
                if (!answer.SessionPresent) heldMessages.SessionLost();
                sweep.Connected();
                unmatched.Connected();
                subscriptions.Connected(answer.SessionPresent, output);
                outgoing.SendQueued(output);
                accepted.TrySetResult(answer.SessionPresent);
                break;
        }
    }
}
