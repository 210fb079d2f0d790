// SPDX-License-Identifier: MIT

using System.Text.Json;

namespace RawMqtt.Cli.Bench;

/// <summary>What a process, or a whole run, has counted since its start.</summary>
internal readonly record struct BenchCounts
{
    private static readonly string[] Names =
    [
        "connected", "connectsFailed", "connectionsLost", "sent", "acknowledged", "publishesFailed", "notSent", "expected", "received", "duplicates",
        "outOfOrder", "missing", "foreign",
    ];

    public long Connected { get; init; }

    public long ConnectsFailed { get; init; }

    public long ConnectionsLost { get; init; }

    public long Sent { get; init; }

    /// <summary>Gets the messages at QoS 1 and 2 that the broker has taken over; at QoS 0 those in the send buffer.</summary>
    public long Acknowledged { get; init; }

    public long PublishesFailed { get; init; }

    /// <summary>Gets the messages that were due and could not leave before the run ended.</summary>
    public long NotSent { get; init; }

    /// <summary>Gets the deliveries to all subscribers that the sent messages should cause.</summary>
    public long Expected { get; init; }

    /// <summary>Gets the different messages that arrived.</summary>
    public long Received { get; init; }

    public long Duplicates { get; init; }

    public long OutOfOrder { get; init; }

    /// <summary>Gets the number of messages that a subscriber misses before its latest one.</summary>
    public long Missing { get; init; }

    /// <summary>Gets the messages that this run did not send.</summary>
    public long Foreign { get; init; }

    /// <summary>Gets the deliveries that never came.</summary>
    public long Lost => Expected > 0 ? Math.Max(0, Expected - Received) : Missing;

    private long[] All =>
    [
        Connected, ConnectsFailed, ConnectionsLost, Sent, Acknowledged, PublishesFailed, NotSent, Expected, Received, Duplicates, OutOfOrder, Missing, Foreign,
    ];

    public static BenchCounts operator +(BenchCounts one, BenchCounts other) => Of([.. one.All.Zip(other.All, (a, b) => a + b)]);

    public static BenchCounts Read(JsonElement json) =>
        Of([.. Names.Select(name => json.TryGetProperty(name, out JsonElement value) ? value.GetInt64() : 0)]);

    public void Write(Utf8JsonWriter json)
    {
        foreach ((string name, long value) in Names.Zip(All)) json.WriteNumber(name, value);
        json.WriteNumber("lost", Lost);
    }

    private static BenchCounts Of(long[] all) => new()
    {
        Connected = all[0],
        ConnectsFailed = all[1],
        ConnectionsLost = all[2],
        Sent = all[3],
        Acknowledged = all[4],
        PublishesFailed = all[5],
        NotSent = all[6],
        Expected = all[7],
        Received = all[8],
        Duplicates = all[9],
        OutOfOrder = all[10],
        Missing = all[11],
        Foreign = all[12],
    };
}
