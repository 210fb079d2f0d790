// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Codec;
using RawMqtt.Sessions;

namespace RawMqtt.Clients;

/// <summary>The subscriptions that the application wants: made again when the server has forgotten them, and told the
/// messages that match.</summary>
/// <remarks>Guarded by the client's gate, but for <see cref="Active"/>, which is replaced as a whole.</remarks>
internal sealed class ClientSubscriptions(ClientCore core)
{
    /// <summary>A SUBSCRIBE that makes subscriptions again is not filled above this, so that small servers take it.</summary>
    private const int MaxPayload = 16 * 1024;

    private readonly Dictionary<string, QualityOfService> wanted = [];
    private readonly Dictionary<ushort, SubscriptionRequest> sent = [];
    private readonly List<SubscriptionRequest> unsent = [];
    private volatile MqttSubscription[] active = [];

    /// <summary>Requests that wait for their answer.</summary>
    public int Unanswered => sent.Count + unsent.Count;

    /// <summary>Those that messages are delivered to.</summary>
    public MqttSubscription[] Active => active;

    /// <summary>Adds a subscription: messages reach it from now on, and the server is asked as soon as there is a connection.</summary>
    public SubscriptionRequest Add(MqttSubscription subscription)
    {
        if (core.End is MqttException end) throw end.Copy();
        active = [.. active, subscription];
        var asked = new List<MqttTopicFilter>();
        foreach (MqttTopicFilter filter in subscription.Filters)
        {
            // The server keeps one subscription a filter, and the last QoS asked for: it serves all that want the filter.
            QualityOfService had = wanted.GetValueOrDefault(filter.Filter);
            QualityOfService now = wanted[filter.Filter] = filter.Qos > had ? filter.Qos : had;
            asked.Add(filter with { Qos = now });
        }

        return Ask(new SubscriptionRequest(isUnsubscribe: false, asked));
    }

    /// <summary>Takes a subscription out: nothing reaches it any more. The server is asked to end the filters that no other wants.</summary>
    /// <param name="subscription">That which <see cref="Add"/> added.</param>
    /// <param name="unanswered">The request that its caller has given up; null if that was answered.</param>
    /// <returns>Null if there is nothing to ask.</returns>
    public SubscriptionRequest? Remove(MqttSubscription subscription, SubscriptionRequest? unanswered = null)
    {
        bool isUnknown = unanswered is not null && Withdraw(unanswered);
        if (!active.Contains(subscription)) return null;
        active = [.. active.Where(other => other != subscription)];
        var unwanted = new List<MqttTopicFilter>();
        foreach (MqttTopicFilter filter in subscription.Filters)
        {
            if (active.Any(other => other.Filters.Any(own => own.Filter == filter.Filter))) continue;
            if (wanted.Remove(filter.Filter)) unwanted.Add(filter);
        }

        if (unwanted.Count == 0 || core.End is not null || isUnknown) return null;
        return Ask(new SubscriptionRequest(isUnsubscribe: true, unwanted));
    }

    /// <summary>Whoever asked has given up: what was never sent will not be.</summary>
    /// <returns>Whether the server knows nothing of it.</returns>
    public bool Withdraw(SubscriptionRequest request) => request.SentAt is null && unsent.Remove(request);

    /// <summary>Ends filters, whoever wants them.</summary>
    public SubscriptionRequest Unsubscribe(IReadOnlyList<MqttTopicFilter> filters)
    {
        if (core.End is MqttException end) throw end.Copy();
        foreach (MqttTopicFilter filter in filters) wanted.Remove(filter.Filter);
        return Ask(new SubscriptionRequest(isUnsubscribe: true, filters));
    }

    /// <summary>SUBACK or UNSUBACK came.</summary>
    public void Answered(ushort packetId, byte[] returnCodes, ClientConnection connection)
    {
        if (sent.Remove(packetId, out SubscriptionRequest? request))
        {
            request.Complete(returnCodes);
            if (request.IsRepeated) GrantAgain(request, returnCodes);
        }

        SendUnsent(connection);
        core.Outgoing.SendQueued(connection.Output);
    }

    /// <summary>A connection stands: what the server does not know is asked for.</summary>
    public void Connected(bool sessionPresent, ClientConnection connection)
    {
        if (!sessionPresent) AskAgain();
        SendUnsent(connection);
    }

    /// <summary>What the server grants on a new connection may differ from what it granted before, and nobody waits for the answer.</summary>
    private void GrantAgain(SubscriptionRequest request, byte[] returnCodes)
    {
        for (int i = 0; i < returnCodes.Length; i++)
        {
            string filter = request.Filters[i].Filter;
            foreach (MqttSubscription subscription in active) subscription.GrantAgain(filter, returnCodes[i]);
            if (returnCodes[i] == SubAckPacket.Failure) EndRefused(filter);
        }
    }

    /// <summary>Granted once and refused now: the log and the streams themselves say it.</summary>
    private void EndRefused(string filter)
    {
        MqttException reason = ConnectFaults.SubscriptionRefused(filter);
        core.LogSoon(MqttLogLevel.Warning, $"When the subscriptions were made again: {reason.Message}");
        foreach (MqttSubscription subscription in active)
        {
            if (subscription.AllowsRefused || !subscription.Filters.Any(own => own.Filter == filter)) continue;
            Remove(subscription); // its other filters too
            subscription.Complete(reason);
        }
    }

    /// <summary>What was asked and not answered is asked again next time.</summary>
    public void ConnectionLost()
    {
        unsent.InsertRange(0, sent.OrderBy(request => request.Key).Select(request => request.Value).Where(request => request.IsUnsubscribe || !request.Answer.IsCompleted));
        sent.Clear();
    }

    /// <summary>Ends the waiting for the answers to what was sent up to <paramref name="sentAt"/>; not the requests.</summary>
    /// <returns>When the oldest was sent that someone waits for.</returns>
    public TimeSpan? Expire(TimeSpan sentAt, TimeSpan timeout)
    {
        TimeSpan? oldest = null;
        foreach (SubscriptionRequest request in sent.Values.Concat(unsent))
        {
            if (request.IsRepeated || request.Answer.IsCompleted || request.SentAt is null) continue;
            if (request.SentAt <= sentAt) request.Fail(ConnectFaults.NotAcknowledged(timeout));
            else if (!(oldest < request.SentAt)) oldest = request.SentAt;
        }

        return oldest;
    }

    /// <summary>There will be no further connection.</summary>
    public void FailAll(MqttException reason)
    {
        foreach (SubscriptionRequest request in sent.Values.Concat(unsent)) request.Fail(reason.Copy());
        sent.Clear();
        unsent.Clear();
    }

    /// <summary>No message will come any more.</summary>
    public MqttSubscription[] TakeAll()
    {
        MqttSubscription[] all = active;
        active = [];
        wanted.Clear();
        return all;
    }

    private SubscriptionRequest Ask(SubscriptionRequest request)
    {
        unsent.Add(request);
        core.AnswerAwaited();
        if (core.Connection is ClientConnection connection) SendUnsent(connection);
        return request;
    }

    /// <summary>Sends what waits for the connection or for a packet identifier.</summary>
    public void SendUnsent(ClientConnection connection)
    {
        while (unsent.Count > 0 && core.Session.CanSubscribe)
        {
            SubscriptionRequest request = unsent[0];
            unsent.RemoveAt(0);
            var payload = new OutgoingBuffer();
            foreach (MqttTopicFilter filter in request.Filters)
            {
                byte[] bytes = Encoding.UTF8.GetBytes(filter.Filter);
                if (request.IsUnsubscribe) FilterList.Write(payload, bytes);
                else SubscriptionList.Write(payload, new Subscription { Filter = bytes, Qos = filter.Qos });
            }

            ReadOnlySpan<byte> written = payload.Written.Span;
            ushort packetId = request.IsUnsubscribe
                ? core.Session.Unsubscribe(FilterList.Read(written), connection.Output)
                : core.Session.Subscribe(SubscriptionList.Read(written), connection.Output);
            request.SentAt ??= core.Now;
            core.AckTimer?.Arm();
            sent.Add(packetId, request);
            payload.Clear();
        }
    }

    /// <summary>All that is wanted and not asked for already, in as few packets as are not too large.</summary>
    private void AskAgain()
    {
        HashSet<string> asked = unsent.Where(request => !request.IsUnsubscribe).SelectMany(request => request.Filters).Select(filter => filter.Filter).ToHashSet();
        var filters = new List<MqttTopicFilter>();
        int length = 0;
        foreach ((string filter, QualityOfService qos) in wanted)
        {
            if (asked.Contains(filter)) continue;
            length += 3 + Encoding.UTF8.GetByteCount(filter);
            if (length > MaxPayload && filters.Count > 0)
            {
                unsent.Insert(0, new SubscriptionRequest(isUnsubscribe: false, filters, isRepeated: true));
                (filters, length) = ([], 0);
            }

            filters.Add(new MqttTopicFilter(filter, qos));
        }

        if (filters.Count > 0) unsent.Insert(0, new SubscriptionRequest(isUnsubscribe: false, filters, isRepeated: true));
    }
}
