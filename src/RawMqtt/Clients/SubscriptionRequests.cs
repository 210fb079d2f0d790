// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Codec;
using RawMqtt.Sessions;

namespace RawMqtt.Clients;

/// <summary>Sends SUBSCRIBE and UNSUBSCRIBE, and again on the next connection if no answer came. Guarded by the gate.</summary>
internal sealed class SubscriptionRequests(ClientSession session, AckTimer? ackTimer, ReadingPause pause, int maxFilters)
{
    /// <summary>The most bytes of filters in a SUBSCRIBE that makes subscriptions again, so that small servers accept it.</summary>
    private const int MaxPayload = 16 * 1024;

    private readonly Dictionary<ushort, SubscriptionRequest> sent = [];
    private readonly List<SubscriptionRequest> unsent = [];
    private bool isCut;

    /// <summary>The number of requests that wait for their answer.</summary>
    public int Unanswered => sent.Count + unsent.Count;

    /// <summary>Sends a request, or has it wait for a connection or a packet identifier.</summary>
    public SubscriptionRequest Send(SubscriptionRequest request, OutgoingBuffer? output)
    {
        unsent.Add(request);
        pause.End();
        if (output is not null) SendUnsent(output);
        return request;
    }

    /// <summary>Drops a request that was never sent: its caller has given it up.</summary>
    /// <returns>Whether the server knows nothing of it.</returns>
    public bool Withdraw(SubscriptionRequest request) => !request.WasSent && unsent.Remove(request);

    /// <summary>Returns the request that was sent under this identifier; null if none was.</summary>
    public SubscriptionRequest? Find(ushort packetId) => sent.GetValueOrDefault(packetId);

    /// <summary>Has the filters of a request that is repeated asked for one by one, since the server may end connections for one of them only.</summary>
    /// <returns>Whether it has several.</returns>
    public bool Cut(SubscriptionRequest request)
    {
        bool hasSeveral = request is { IsRepeated: true, Filters.Count: > 1 };
        isCut |= hasSeveral;
        return hasSeveral;
    }

    /// <summary>Fails a request that will not be sent again.</summary>
    public void GiveUp(SubscriptionRequest request, MqttException reason)
    {
        foreach ((ushort packetId, SubscriptionRequest other) in sent)
        {
            if (other == request) sent.Remove(packetId); // a dictionary may lose entries while it is read
        }

        request.Fail(reason.Copy());
    }

    /// <summary>Takes a SUBACK or UNSUBACK.</summary>
    /// <returns>What it answers; null if that is not known.</returns>
    public SubscriptionRequest? Complete(ushort packetId, byte[] returnCodes)
    {
        if (sent.Remove(packetId, out SubscriptionRequest? request)) request.Complete(returnCodes);
        return request;
    }

    /// <summary>Puts requests for filters before all that wait, except for filters that are asked for already: in packets of a few filters each,
    /// since some servers limit their number; after <see cref="Cut"/> of one filter each.</summary>
    public void Repeat(IEnumerable<MqttTopicFilter> filters)
    {
        HashSet<string> asked = FiltersAskedFor();
        isCut &= session.IsCareful;
        var requests = new List<SubscriptionRequest>();
        var some = new List<MqttTopicFilter>();
        int length = 0;
        foreach (MqttTopicFilter filter in filters)
        {
            if (asked.Contains(filter.Filter)) continue;
            length += 3 + Encoding.UTF8.GetByteCount(filter.Filter);
            int most = isCut && requests.Count < session.CarefulPackets ? 1 : maxFilters;
            if (some.Count >= most || (length > MaxPayload && some.Count > 0))
            {
                requests.Add(new SubscriptionRequest(isUnsubscribe: false, some, isRepeated: true));
                (some, length) = ([], 3 + Encoding.UTF8.GetByteCount(filter.Filter));
            }

            some.Add(filter);
        }

        if (some.Count > 0) requests.Add(new SubscriptionRequest(isUnsubscribe: false, some, isRepeated: true));
        unsent.InsertRange(0, requests);
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
        List<ushort> inOrder = new(sent.Keys);
        inOrder.Sort();
        List<SubscriptionRequest> again = inOrder.ConvertAll(packetId => sent[packetId]);
        unsent.InsertRange(0, again.FindAll(static request => request.IsUnsubscribe || !request.Answer.IsCompleted));
        unsent.RemoveAll(static request => request is { IsRepeated: true, Filters.Count: > 1 }); // Repeat asks for the filters again
        sent.Clear();
    }

    /// <summary>Fails all requests: there will be no further connection.</summary>
    public void FailAll(MqttException reason)
    {
        foreach (SubscriptionRequest request in sent.Values) request.Fail(reason.Copy());
        foreach (SubscriptionRequest request in unsent) request.Fail(reason.Copy());
        sent.Clear();
        unsent.Clear();
    }

    private HashSet<string> FiltersAskedFor()
    {
        var asked = new HashSet<string>();
        foreach (SubscriptionRequest request in unsent)
        {
            foreach (MqttTopicFilter filter in request.IsUnsubscribe ? [] : request.Filters) asked.Add(filter.Filter);
        }

        return asked;
    }
}
