// SPDX-License-Identifier: MIT

using RawMqtt.Sessions;

namespace RawMqtt.Clients;

/// <summary>Keeps the messages that came while no reader was there for them: until a subscription comes for them, or nothing more is to be expected.
/// Guarded by the gate.</summary>
internal sealed class WaitingMessages(HeldMessages held, SessionFile? file)
{
    public const int MaxMessages = 1024;
    public const long MaxBytes = 1 << 20;

    private readonly List<Receipt> forgotten = [];
    private List<MqttMessage> messages = [];
    private long bytes;

    /// <summary>Whether nothing waits and nothing was forgotten.</summary>
    public bool IsEmpty => messages.Count == 0 && forgotten.Count == 0;

    /// <summary>Whether the limits are reached.</summary>
    public bool IsFull => messages.Count >= MaxMessages || bytes >= MaxBytes;

    /// <summary>The messages beyond the limits, which stay unanswered: the server sends them again on a new connection.</summary>
    public IReadOnlyList<Receipt> Forgotten => forgotten;

    /// <summary>Whether a subscription came that may want what was forgotten.</summary>
    public bool IsForgottenWanted { get; set; }

    /// <summary>Keeps a message. With a session file it is stored there and answered.</summary>
    public void Add(MqttMessage message) => Insert(messages.Count, message);

    /// <summary>Takes back what a stream that ended did not read. It came before what waits here.</summary>
    public void Return(List<MqttMessage> unread)
    {
        for (int i = 0; i < unread.Count; i++) Insert(i, unread[i]);
    }

    /// <summary>Returns the oldest message that is not stored; null if there is none.</summary>
    public MqttMessage? FindUnanswered() => messages.Find(static message => message.Held is null or { StoredNumber: 0 });

    public void Forget(Receipt receipt) => forgotten.Add(receipt);

    /// <summary>Returns the forgotten messages, and does not count them as forgotten any more.</summary>
    public Receipt[] TakeForgotten()
    {
        Receipt[] all = [.. forgotten];
        ForgetNothing();
        return all;
    }

    /// <summary>Moves the messages that a subscription matches to its buffer or to <paramref name="forReceiver"/>.</summary>
    public void Claim(LocalSubscription subscription, List<MqttMessage> forReceiver)
    {
        if (forgotten.Count > 0) IsForgottenWanted = true;
        foreach (MqttMessage message in Take(message => subscription.Matches(message.TopicBytes)))
        {
            if (subscription.Receiver is null) subscription.Buffer.Add(message);
            else forReceiver.Add(message);
        }
    }

    /// <summary>Removes messages.</summary>
    /// <returns>The messages removed, in their order.</returns>
    public List<MqttMessage> Take(Predicate<MqttMessage> which)
    {
        if (messages.Count == 0) return [];
        List<MqttMessage> taken = messages.FindAll(which);
        if (taken.Count == 0) return taken;
        messages = messages.FindAll(message => !which(message));
        foreach (MqttMessage message in taken) bytes -= message.Length;
        return taken;
    }

    /// <summary>Counts nothing as forgotten any more, at the end of a connection: it comes again.</summary>
    public void ConnectionLost() => ForgetNothing();

    /// <summary>Gives up what is not stored, when the client disconnects: the server sends it again.</summary>
    public void Disconnected()
    {
        ForgetNothing();
        Reject(Take(static message => message.Held?.StoredNumber is null or 0));
    }

    /// <summary>Gives up messages that the server sends again. What is stored waits.</summary>
    public void Reject(List<MqttMessage> unread)
    {
        for (int i = 0; i < unread.Count; i++)
        {
            if (unread[i].Held is { StoredNumber: > 0 }) Insert(0, unread[i]);
            else if (unread[i].Held is HeldMessage unanswered) held.Refuse(unanswered);
        }
    }

    /// <summary>Takes over what an earlier process stored.</summary>
    public void Restore(IEnumerable<SavedMessage> stored, TimeSpan now)
    {
        foreach (SavedMessage saved in stored)
        {
            var view = new MqttMessageView
            {
                Topic = saved.Topic,
                Payload = saved.Payload,
                Qos = saved.Qos,
                Retain = saved.Retain,
                DeliveryId = saved.Qos == QualityOfService.ExactlyOnce ? saved.Number : null,
            };
            HeldMessage hold = held.HoldStored(saved.Number);
            hold.Message = new MqttMessage(System.Text.Encoding.UTF8.GetString(saved.Topic), view, now, hold);
            messages.Add(hold.Message);
            bytes += hold.Message.Length;
        }
    }

    private void Insert(int index, MqttMessage message)
    {
        if (file is not null && message.Held is not null) held.Store(message.Held, message);
        messages.Insert(index, message);
        bytes += message.Length;
    }

    private void ForgetNothing()
    {
        forgotten.Clear();
        IsForgottenWanted = false;
    }
}
