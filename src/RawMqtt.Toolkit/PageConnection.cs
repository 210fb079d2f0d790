// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Browser;
using RawMqtt.Codec;

namespace RawMqtt.Toolkit;

/// <summary>One connection of the page: a client, its subscriptions, and what is new since the page asked last.</summary>
internal sealed class PageConnection
{
    private const int MostMessages = 250;
    private const int MostPackets = 500;
    private const int MostEvents = 200;
    private const long MostBytes = 8 << 20;

    private readonly Action changed;
    private readonly List<PageSubscription> subscriptions = [];
    private readonly Recent<SeenMessage> messages = new(MostMessages, MostBytes, message => message.Payload.Length);
    private readonly Recent<SeenPacket> packets = new(MostPackets, MostBytes, packet => packet.Bytes.Length);
    private readonly Recent<string> events = new(MostEvents, MostBytes, line => line.Length);
    private long messageCount;
    private long packetCount;
    private long packetsTaken;
    private bool isTold;

    /// <param name="url">The address.</param>
    /// <param name="options">The options from the form.</param>
    /// <param name="changed">Called when something is new, and not again before <see cref="Take"/>.</param>
    public PageConnection(string url, MqttClientOptions options, Action changed)
    {
        this.changed = changed;
        Client = new MqttClient(BrowserWebSocket.Use(options with
        {
            Address = url,
            RetryFirstConnect = true,
            UnmatchedWait = TimeSpan.Zero,
            UnmatchedMessages = (in MqttMessageView message) => Add("", message),
            PacketTap = Tap,
            Log = (level, line) => AddEvent($"{level}: {line}"),
        }));
        Client.StateChanged += Changed;
    }

    public MqttClient Client { get; }

    /// <summary>Gets the last change of the state; null before the first.</summary>
    public MqttStateChange? LastChange { get; private set; }

    public IReadOnlyList<PageSubscription> Subscriptions => subscriptions;

    /// <summary>Connects until it stands or is closed. The page learns how it went by <see cref="Take"/>.</summary>
    public async Task OpenAsync()
    {
        try
        {
            await Client.OpenAsync();
        }
        catch (MqttException)
        {
            // StateChanged has told it
        }
    }

    /// <summary>Subscribes, and returns the QoS granted; null if the server refused.</summary>
    public async Task<QualityOfService?> SubscribeAsync(string filter, QualityOfService qos)
    {
        PageSubscription? known = subscriptions.Find(one => one.Filter == filter);
        PageSubscription added = known ?? new PageSubscription(filter);
        if (known is null) subscriptions.Add(added);
        else if (known.Stream is not null) await known.Stream.UnsubscribeAsync();
        try
        {
            var wanted = new MqttSubscribeOptions { AllowRefused = true, Receiver = (in MqttMessageView message) => Received(added, message) };
            added.Stream = await Client.SubscribeAsync([new MqttTopicFilter(filter, qos)], wanted);
        }
        catch
        {
            subscriptions.Remove(added);
            throw;
        }

        QualityOfService? granted = added.Stream.Granted[0];
        if (granted is null) subscriptions.Remove(added);
        return granted;
    }

    public async Task UnsubscribeAsync(string filter)
    {
        if (subscriptions.Find(one => one.Filter == filter) is not { } found) return;
        subscriptions.Remove(found);
        if (found.Stream is not null) await found.Stream.UnsubscribeAsync();
    }

    public void Pause(string filter, bool isPaused)
    {
        if (subscriptions.Find(one => one.Filter == filter) is { } found) found.IsPaused = isPaused;
    }

    /// <summary>Returns what is new.</summary>
    public PageNews Take()
    {
        isTold = false;
        SeenMessage[] shown = messages.TakeAll(out long hidden);
        SeenPacket[] seen = [.. packets.Items.Where(packet => packet.Number > packetsTaken)];
        long passed = packetCount - packetsTaken - seen.Length;
        packetsTaken = packetCount;
        return new PageNews(shown, hidden, messageCount, seen, passed, events.TakeAll(out _));
    }

    public SeenPacket? Packet(long number) => packets.Items.FirstOrDefault(packet => packet.Number == number);

    public void AddEvent(string line)
    {
        events.Add($"{Now} {line}");
        Tell();
    }

    private static long Now => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    private void Changed(MqttStateChange change)
    {
        LastChange = change;
        string next = change.NextDelay is { } delay ? $" Next try in {delay.TotalSeconds:0.0} s." : "";
        string session = change.To == MqttClientState.Connected ? change.SessionPresent ? " The server had kept the session." : " The session is new." : "";
        AddEvent($"{change.From} -> {change.To}.{session}{(change.Cause is { } cause ? $" {cause.Message}" : "")}{next}");
    }

    /// <summary>A message that several filters match is shown once, with the oldest of them.</summary>
    private void Received(PageSubscription subscription, in MqttMessageView message)
    {
        subscription.Count++;
        foreach (PageSubscription older in subscriptions)
        {
            if (older == subscription) break;
            if (older.Matches(message.Topic)) return;
        }

        if (subscription.IsPaused) messageCount++;
        else Add(subscription.Filter, message);
        Tell();
    }

    private void Add(string filter, in MqttMessageView message)
    {
        messageCount++;
        byte[] payload = message.Payload[..Math.Min(message.Payload.Length, SeenMessage.MostShown)].ToArray();
        messages.Add(new SeenMessage(messageCount, Now, filter, Encoding.UTF8.GetString(message.Topic), payload, message.Payload.Length,
            (int)message.Qos, message.Retain, message.Duplicate));
        Tell();
    }

    private void Tap(MqttTapDirection direction, ReadOnlySpan<byte> bytes)
    {
        packetCount++;
        byte[] kept = bytes[..Math.Min(bytes.Length, SeenPacket.MostKept)].ToArray();
        MqttRole sender = direction == MqttTapDirection.Sent ? MqttRole.Client : MqttRole.Server;
        packets.Add(new SeenPacket(packetCount, Now, sender, kept, bytes.Length));
        Tell();
    }

    private void Tell()
    {
        if (isTold) return;
        isTold = true;
        changed();
    }
}
