// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Codec;
using RawMqtt.Sessions;

namespace RawMqtt.Clients;

/// <summary>The subscriptions that the application wants: makes them at the server, and again when the server has forgotten them.</summary>
/// <remarks>Guarded by the gate, except <see cref="Active"/>, which is replaced as a whole.</remarks>
internal sealed class ClientSubscriptions(ClientSession session, ClientStatus status, AckTimer? ackTimer, ReadingPause pause, ClientLog log)
{
    /// <summary>The most bytes of filters in a SUBSCRIBE that makes subscriptions again, so that small servers accept it.</summary>
    private const int MaxPayload = 16 * 1024;

    private readonly Dictionary<string, QualityOfService> wanted = [];
    private readonly Dictionary<ushort, SubscriptionRequest> sent = [];
    private readonly List<SubscriptionRequest> unsent = [];
    private volatile LocalSubscription[] active = [];

    /// <summary>The number of requests that wait for their answer.</summary>
    public int Unanswered => sent.Count + unsent.Count;

    /// <summary>The subscriptions that messages are delivered to.</summary>
    public LocalSubscription[] Active => active;

    /// <summary>Adds a subscription: messages reach it from now on, and the server is asked as soon as there is a connection.</summary>
    public SubscriptionRequest Add(LocalSubscription subscription, OutgoingBuffer? output)
    {
        if (status.End is MqttException end) throw end.Copy();
        active = [.. active, subscription];
        var asked = new List<MqttTopicFilter>();
        foreach (MqttTopicFilter filter in subscription.Filters)
        {
            // The server keeps one subscription for each filter, with the last QoS asked for: it serves all that want the filter.
            QualityOfService had = wanted.GetValueOrDefault(filter.Filter);
            QualityOfService now = wanted[filter.Filter] = filter.Qos > had ? filter.Qos : had;
            asked.Add(filter with { Qos = now });
        }

        return Request(new SubscriptionRequest(isUnsubscribe: false, asked), output);
    }

    /// <summary>Removes a subscription: no message reaches it any more. The server is asked to end the filters that no other subscription wants.</summary>
    /// <param name="subscription">A subscription that <see cref="Add"/> added.</param>
    /// <param name="unanswered">The request that its caller has given up; null if it was answered.</param>
    /// <param name="output">The connection's buffer; null while there is no connection.</param>
    /// <returns>Null if there is nothing to ask.</returns>
    public SubscriptionRequest? Remove(LocalSubscription subscription, SubscriptionRequest? unanswered, OutgoingBuffer? output)
    {
        bool isUnknown = unanswered is not null && Withdraw(unanswered);
        if (!active.Contains(subscription)) return null;
        active = [.. active.Where(other => other != subscription)];
        var unwanted = new List<MqttTopicFilter>();
        foreach (MqttTopicFilter filter in subscription.Filters)
        {
            if (active.Any(other => other.Has(filter.Filter))) continue;
            if (wanted.Remove(filter.Filter)) unwanted.Add(filter);
        }

        if (unwanted.Count == 0 || status.End is not null || isUnknown) return null;
        return Request(new SubscriptionRequest(isUnsubscribe: true, unwanted), output);
    }

    /// <summary>Drops a request that was never sent: its caller has given it up.</summary>
    /// <returns>Whether the server knows nothing of it.</returns>
    public bool Withdraw(SubscriptionRequest request) => !request.WasSent && unsent.Remove(request);

    /// <summary>Ends filters, whichever subscription wants them.</summary>
    public SubscriptionRequest Unsubscribe(IReadOnlyList<MqttTopicFilter> filters, OutgoingBuffer? output)
    {
        if (status.End is MqttException end) throw end.Copy();
        foreach (MqttTopicFilter filter in filters) wanted.Remove(filter.Filter);
        return Request(new SubscriptionRequest(isUnsubscribe: true, filters), output);
    }

    /// <summary>Takes a SUBACK or UNSUBACK.</summary>
    public void Complete(ushort packetId, byte[] returnCodes, OutgoingBuffer output)
    {
        if (sent.Remove(packetId, out SubscriptionRequest? request))
        {
            request.Complete(returnCodes);
            if (request.IsRepeated) GrantAgain(request, returnCodes, output);
        }

        SendUnsent(output);
    }

    /// <summary>Asks for what the server does not know: a connection stands.</summary>
    public void Connected(bool sessionPresent, OutgoingBuffer output)
    {
        if (!sessionPresent) RequestAgain();
        SendUnsent(output);
    }

    /// <summary>Sends what waits for the connection or for a packet identifier.</summary>
    public void SendUnsent(OutgoingBuffer output)
    {
        while (unsent.Count > 0 && session.CanSubscribe)
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
                ? session.Unsubscribe(FilterList.Read(written), output)
                : session.Subscribe(SubscriptionList.Read(written), output);
            request.MarkSent(ackTimer);
            sent.Add(packetId, request);
            payload.Clear();
        }
    }

    /// <summary>Has what was asked and not answered asked again on the next connection.</summary>
    public void ConnectionLost()
    {
        IEnumerable<SubscriptionRequest> inOrder = sent.OrderBy(request => request.Key).Select(request => request.Value);
        unsent.InsertRange(0, inOrder.Where(request => request.IsUnsubscribe || !request.Answer.IsCompleted));
        sent.Clear();
    }

    /// <summary>Fails all requests: there will be no further connection.</summary>
    public void FailAll(MqttException reason)
    {
        foreach (SubscriptionRequest request in sent.Values.Concat(unsent)) request.Fail(reason.Copy());
        sent.Clear();
        unsent.Clear();
    }

    /// <summary>Removes all subscriptions: no message will come any more.</summary>
    public LocalSubscription[] RemoveAll()
    {
        LocalSubscription[] all = active;
        active = [];
        wanted.Clear();
        return all;
    }

    /// <summary>Takes what the server grants on a new connection: it may differ from what it granted before, and no caller awaits the answer.</summary>
    private void GrantAgain(SubscriptionRequest request, byte[] returnCodes, OutgoingBuffer output)
    {
        for (int i = 0; i < returnCodes.Length; i++)
        {
            string filter = request.Filters[i].Filter;
            foreach (LocalSubscription subscription in active) subscription.Grant(filter, returnCodes[i]);
            if (returnCodes[i] == SubAckPacket.Failure) EndRefused(filter, output);
        }
    }

    /// <summary>Ends the streams of a filter that was granted once and is refused now, with a line in the log.</summary>
    private void EndRefused(string filter, OutgoingBuffer output)
    {
        MqttException reason = ConnectFaults.SubscriptionRefused(filter);
        log.Keep(MqttLogLevel.Warning, $"When the subscriptions were made again: {reason.Message}");
        foreach (LocalSubscription subscription in active)
        {
            if (subscription.AllowsRefused || !subscription.Has(filter)) continue;
            Remove(subscription, unanswered: null, output); // its other filters too
            subscription.Buffer.Complete(reason);
        }
    }

    private SubscriptionRequest Request(SubscriptionRequest request, OutgoingBuffer? output)
    {
        unsent.Add(request);
        pause.End();
        if (output is not null) SendUnsent(output);
        return request;
    }

    /// <summary>Asks for all that is wanted and not asked for already, in as few packets as are not too large.</summary>
    private void RequestAgain()
    {
        HashSet<string> asked = [.. unsent.Where(request => !request.IsUnsubscribe).SelectMany(request => request.Filters).Select(filter => filter.Filter)];
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
