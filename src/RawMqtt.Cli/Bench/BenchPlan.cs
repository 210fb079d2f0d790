// SPDX-License-Identifier: MIT

using System.Globalization;

namespace RawMqtt.Cli.Bench;

/// <summary>A load as the user asked for it. Each process of a run takes its share of it.</summary>
internal sealed record BenchPlan
{
    public required BenchMode Mode { get; init; }

    /// <summary>Gets the connections that neither publish nor subscribe.</summary>
    public int Idle { get; init; }

    public int Publishers { get; init; }

    public int Subscribers { get; init; }

    /// <summary>Gets the messages a second of all publishers together; infinity for as many as the connections take.</summary>
    public double Rate { get; init; } = 1000;

    public TimeSpan Ramp { get; init; }

    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets how long the times of messages do not count at the start.</summary>
    public TimeSpan Warmup { get; init; }

    /// <summary>Gets the number of messages of all publishers together; null if the time ends the run.</summary>
    public long? Count { get; init; }

    public int Size { get; init; } = 64;

    public QualityOfService Qos { get; init; }

    public bool Retain { get; init; }

    /// <summary>Gets how many messages of a publisher may be unacknowledged at QoS 1 and 2.</summary>
    public int Window { get; init; } = 256;

    /// <summary>Gets the topic; %i stands for the publisher's number.</summary>
    public required string Topic { get; init; }

    /// <summary>Gets the connections a second; null for as many as <see cref="Connecting"/> at a time make.</summary>
    public double? ConnectRate { get; init; }

    public int Connecting { get; init; } = 16;

    public int Processes { get; init; } = 1;

    public ushort Tag { get; init; } = MessageStamp.SharedTag;

    public bool IsOpenLoop => double.IsFinite(Rate);

    public int Connections => Idle + Publishers + Subscribers;

    public DueTimes DueTimes => new(Rate, Ramp);

    /// <summary>Gets the number of messages of all publishers together, if it is known before the run.</summary>
    public long Total
    {
        get
        {
            long inTime = IsOpenLoop && Count is null ? DueTimes.CountBefore(Duration) : long.MaxValue / 2;
            return Math.Min(Count ?? long.MaxValue / 2, inTime);
        }
    }

    /// <summary>Returns how many messages this publisher sends.</summary>
    public long QuotaOf(int publisher) => Total <= publisher ? 0 : (Total - publisher + Publishers - 1) / Publishers;

    public string TopicOf(int publisher) => Topic.Replace("%i", publisher.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

    /// <summary>Returns how many of the subscribers get this publisher's messages.</summary>
    public int ReceiversOf(int publisher) => Mode switch
    {
        BenchMode.Fan => Subscribers,
        BenchMode.PubSub => Math.Max(1, (Subscribers - publisher % Publishers + Publishers - 1) / Publishers),
        _ => 0,
    };

    /// <summary>Returns what this subscriber subscribes to.</summary>
    public string[] FiltersOf(int subscriber) => Mode switch
    {
        BenchMode.PubSub when Subscribers >= Publishers => [TopicOf(subscriber % Publishers)],
        BenchMode.PubSub => [.. Enumerable.Range(0, Publishers).Where(publisher => publisher % Subscribers == subscriber).Select(TopicOf)],
        BenchMode.Fan when !Topic.Contains("%i", StringComparison.Ordinal) => [Topic],
        BenchMode.Fan => [.. Enumerable.Range(0, Publishers).Select(TopicOf)],
        _ => [Topic],
    };

    /// <summary>Returns the numbers, below this count, that belong to a process.</summary>
    public IEnumerable<int> ShareOf(int process, int count) => Enumerable.Range(0, count).Where(number => number % Processes == process);
}
