// SPDX-License-Identifier: MIT

using RawMqtt.Codec;
using RawMqtt.Sessions;

namespace RawMqtt.Clients;

/// <summary>The subscriptions of the program: which filters it wants, and which streams and receivers take their messages.</summary>
/// <remarks>A filter is wanted until the program unsubscribes; in a clean session also only until its last subscription ends. A subscription is
/// active while messages go to it. Guarded by the gate, except <see cref="Active"/>, which is replaced as a whole.</remarks>
internal sealed class ClientSubscriptions
{
    private readonly Dictionary<string, WantedFilter> wanted = [];
    private readonly List<LocalSubscription> declared = [];
    private readonly bool isSessionKept;
    private readonly SubscriptionRequests requests;
    private readonly WaitingMessages waiting;
    private readonly ClientStatus status;
    private readonly SessionClock clock;
    private readonly ClientLog log;
    private volatile LocalSubscription[] active = [];

    public ClientSubscriptions(
        MqttClientOptions options, SubscriptionRequests requests, WaitingMessages waiting, ClientStatus status, SessionClock clock, ClientLog log)
    {
        this.requests = requests;
        this.waiting = waiting;
        this.status = status;
        this.clock = clock;
        this.log = log;
        isSessionKept = !options.CleanSession;
        foreach (MqttTopicFilter filter in options.Subscriptions) Want(filter);
    }

    /// <summary>The number of requests that wait for their answer.</summary>
    public int Unanswered => requests.Unanswered;

    /// <summary>The number of filters that the server is asked for after each connection without a session.</summary>
    public int WantedFilters => wanted.Count;

    /// <summary>The subscriptions that messages go to.</summary>
    public LocalSubscription[] Active => active;

    /// <summary>When the program last subscribed; null if it never did.</summary>
    public TimeSpan? LastCall { get; private set; }

    /// <summary>Adds a subscription, which <see cref="Activate"/> makes active, and asks the server as soon as there is a connection.</summary>
    public SubscriptionRequest Add(LocalSubscription subscription, OutgoingBuffer? output)
    {
        RequireAlive();
        LastCall = clock.Now;
        declared.Add(subscription);
        MqttTopicFilter[] asked = Array.ConvertAll(subscription.Filters, Want);
        return requests.Send(new SubscriptionRequest(isUnsubscribe: false, asked), output);
    }

    /// <summary>Makes a subscription active: messages go to it from now on, and first those that wait.</summary>
    /// <param name="subscription">The subscription.</param>
    /// <param name="isNew">Whether it becomes active also while the client is disconnected.</param>
    /// <returns>Messages that waited for a receiver. After the caller has passed them on, it calls this again until there are none.</returns>
    public List<MqttMessage> Activate(LocalSubscription subscription, bool isNew)
    {
        List<MqttMessage> forReceiver = [];
        if (!declared.Contains(subscription) || active.Contains(subscription) || (status.End is not null && !isNew)) return forReceiver;
        subscription.Buffer.Reopen();
        waiting.Claim(subscription, forReceiver);
        if (forReceiver.Count == 0) active = [.. active, subscription];
        return forReceiver;
    }

    /// <summary>Ends the local stream of a subscription. In a kept session its filters stay wanted, and its unread messages wait.</summary>
    /// <returns>The UNSUBSCRIBE of a clean session; null if there is none.</returns>
    public SubscriptionRequest? End(LocalSubscription subscription, OutgoingBuffer? output)
    {
        if (!isSessionKept) return Remove(subscription, output);
        declared.Remove(subscription);
        Deactivate(subscription, reason: null);
        return null;
    }

    /// <summary>Removes a subscription, and asks the server to end the filters that no other subscription wants.</summary>
    /// <returns>Null if there is nothing to ask.</returns>
    public SubscriptionRequest? Remove(LocalSubscription subscription, OutgoingBuffer? output, MqttException? reason = null)
    {
        if (!declared.Remove(subscription)) return null;
        Deactivate(subscription, reason);
        var unwanted = new List<MqttTopicFilter>();
        foreach (MqttTopicFilter filter in subscription.Filters)
        {
            if (!declared.Exists(other => other.Has(filter.Filter)) && wanted.Remove(filter.Filter)) unwanted.Add(filter);
        }

        return unwanted.Count == 0 || status.End is not null ? null : requests.Send(new SubscriptionRequest(isUnsubscribe: true, unwanted), output);
    }

    /// <summary>Removes a subscription whose caller has given up waiting for the SUBACK.</summary>
    public void Withdraw(LocalSubscription subscription, SubscriptionRequest request, OutgoingBuffer? output)
    {
        bool isUnknown = requests.Withdraw(request);
        SubscriptionRequest? end = Remove(subscription, output);
        if (isUnknown && end is not null) requests.Withdraw(end);
    }

    /// <summary>Ends filters, whichever subscription wants them.</summary>
    public SubscriptionRequest Unsubscribe(IReadOnlyList<MqttTopicFilter> filters, OutgoingBuffer? output)
    {
        RequireAlive();
        foreach (MqttTopicFilter filter in filters) wanted.Remove(filter.Filter);
        return requests.Send(new SubscriptionRequest(isUnsubscribe: true, filters), output);
    }

    /// <summary>Takes a SUBACK or UNSUBACK.</summary>
    public void Complete(ushort packetId, byte[] returnCodes, OutgoingBuffer output)
    {
        if (requests.Complete(packetId, returnCodes) is not { IsUnsubscribe: false } request) return;
        for (int i = 0; i < returnCodes.Length; i++)
        {
            string filter = request.Filters[i].Filter;
            bool isRefused = returnCodes[i] == SubAckPacket.Failure;
            if (wanted.TryGetValue(filter, out WantedFilter? known)) known.IsGranted = !isRefused;
            foreach (LocalSubscription subscription in declared) subscription.Grant(filter, returnCodes[i]);
            if (isRefused && request.IsRepeated) EndRefused(filter, output);
        }
    }

    /// <summary>Gives up a request that the server ends connections for, and the streams of its filters.</summary>
    public void GiveUp(SubscriptionRequest request, MqttException reason)
    {
        requests.GiveUp(request, reason);
        log.Keep(MqttLogLevel.Warning, $"A request is given up: {reason.Message}");
        if (request.IsUnsubscribe) return;
        foreach (MqttTopicFilter filter in request.Filters)
        {
            wanted.Remove(filter.Filter);
            foreach (LocalSubscription subscription in declared) subscription.Grant(filter.Filter, SubAckPacket.Failure);
            EndRefused(filter.Filter, reason, output: null);
        }
    }

    /// <summary>Asks for what the server does not know: a connection stands.</summary>
    public void Connected(bool sessionPresent, OutgoingBuffer output)
    {
        foreach (WantedFilter filter in wanted.Values) filter.IsGranted &= sessionPresent;
        foreach (LocalSubscription subscription in declared)
        {
            if (!active.Contains(subscription)) waiting.Reject(TakeUnread(subscription, withInHand: false)); // the server sends them again
        }

        requests.Repeat(FindWanted(static filter => !filter.IsGranted).ConvertAll(static filter => filter.ToRequest()));
        requests.SendUnsent(output);
    }

    /// <summary>Returns the wanted filters that match a topic name.</summary>
    public List<WantedFilter> FindWanted(byte[] topic) => FindWanted(filter => TopicFilter.Matches(filter.Served, topic));

    /// <summary>Ends a filter for whose messages no reader came in time, and the streams that have it.</summary>
    public void GiveUp(WantedFilter filter, MqttException reason, OutgoingBuffer? output)
    {
        wanted.Remove(filter.Filter);
        foreach (LocalSubscription subscription in declared.FindAll(other => other.Has(filter.Filter) && other.Receiver is null))
        {
            Remove(subscription, output, reason);
        }

        requests.Send(new SubscriptionRequest(isUnsubscribe: true, [filter.ToRequest()]), output);
    }

    /// <summary>Stops delivering to a stream; its unread messages, and the one that its reader took last, wait for another stream.</summary>
    /// <param name="subscription">The subscription.</param>
    /// <param name="reason">What its enumeration throws; null if it just ends.</param>
    public void Deactivate(LocalSubscription subscription, MqttException? reason)
    {
        active = Array.FindAll(active, other => other != subscription);
        subscription.Buffer.Complete(reason);
        List<MqttMessage> unread = TakeUnread(subscription, withInHand: true);
        if (status.End is null) waiting.Return(unread);
        else waiting.Reject(unread);
    }

    /// <summary>Ends all streams and fails all requests: the client makes no further connection. Receivers and filters stay for the next opening.</summary>
    /// <param name="end">What the requests fail with.</param>
    /// <param name="reason">What the enumerations throw; null if they just end.</param>
    public void Disconnected(MqttException end, MqttException? reason)
    {
        requests.FailAll(end);
        foreach (LocalSubscription subscription in Array.FindAll(active, other => other.Receiver is null || end.Code == MqttErrorCode.Disposed))
        {
            active = Array.FindAll(active, other => other != subscription);
            subscription.Buffer.Complete(reason?.Copy());
            waiting.Reject(TakeUnread(subscription, withInHand: false));
        }

        waiting.Disconnected();
        foreach (WantedFilter filter in wanted.Values) filter.IsGranted &= isSessionKept;
    }

    private static List<MqttMessage> TakeUnread(LocalSubscription subscription, bool withInHand)
    {
        List<MqttMessage> unread = subscription.Buffer.TakeHeld(withInHand);
        unread.RemoveAll(static message => message.Held is not HeldMessage held || held.Leave());
        return unread;
    }

    private List<WantedFilter> FindWanted(Predicate<WantedFilter> isFound)
    {
        var found = new List<WantedFilter>();
        foreach (WantedFilter filter in wanted.Values)
        {
            if (isFound(filter)) found.Add(filter);
        }

        return found;
    }

    private MqttTopicFilter Want(MqttTopicFilter filter)
    {
        // The server keeps one subscription for each filter, with the last QoS asked for: it serves all that want the filter.
        if (!wanted.TryGetValue(filter.Filter, out WantedFilter? known)) wanted[filter.Filter] = known = new WantedFilter(filter.Filter);
        if (filter.Qos > known.Qos) known.Qos = filter.Qos;
        return known.ToRequest();
    }

    /// <summary>Ends the streams of a filter that was granted once and is refused now, with a line in the log.</summary>
    private void EndRefused(string filter, OutgoingBuffer output)
    {
        MqttException reason = ConnectFaults.SubscriptionRefused(filter);
        log.Keep(MqttLogLevel.Warning, $"When the subscriptions were made again: {reason.Message}");
        EndRefused(filter, reason, output);
    }

    private void EndRefused(string filter, MqttException reason, OutgoingBuffer? output)
    {
        foreach (LocalSubscription subscription in declared.FindAll(other => !other.AllowsRefused && other.Has(filter)))
        {
            Remove(subscription, output, reason); // its other filters too
        }
    }

    private void RequireAlive()
    {
        if (status.End is { Code: MqttErrorCode.Disposed } end) throw end.Copy();
    }
}
