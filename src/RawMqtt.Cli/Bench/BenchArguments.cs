// SPDX-License-Identifier: MIT

using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace RawMqtt.Cli.Bench;

/// <summary>The options of one kind of load.</summary>
internal sealed class BenchArguments(BenchMode mode)
{
    private const int MostConnections = 1_000_000;
    private const int MostPublishers = 65_535; // the stamp's two bytes
    private const int MostBytes = 16 << 20;
    public const int MostProcesses = 64;

    private readonly NumberOption clients = new(1, mode == BenchMode.Pub ? MostPublishers : MostConnections, "--clients", "-c")
    {
        Description = $"The number of {Kind(mode)}; {(mode == BenchMode.Conn ? 100 : 1)} by default.",
        HelpName = "COUNT",
    };

    private readonly NumberOption publishers = new(1, MostPublishers, "--publishers")
    {
        Description = "The number of publishers; 1 by default.",
        HelpName = "COUNT",
    };

    private readonly NumberOption subscribers = new(1, MostConnections, "--subscribers")
    {
        Description = mode == BenchMode.Fan ? "The number of subscribers; 10 by default." : "The number of subscribers; as many as publishers by default.",
        HelpName = "COUNT",
    };

    private readonly RateOption rate = new("--rate", takesMax: true)
    {
        Description = "Messages a second of all publishers together; 1000 by default. max: as fast as the broker takes them, in a closed loop.",
    };

    private readonly NumberOption size = new(MessageStamp.Length, MostBytes, "--size", "-s")
    {
        Description = "Bytes of a message; 64 by default. The first 16 hold its time and its number.",
        HelpName = "BYTES",
    };

    private readonly NumberOption qos = NumberOption.Qos("The QoS of messages and subscriptions.", "--qos", "-q");
    private readonly Option<bool> retain = new("--retain", "-r") { Description = "Publish with the retain flag." };
    private readonly Option<string?> topic = new("--topic", "-t") { HelpName = mode == BenchMode.Sub ? "FILTER" : "TOPIC" };

    private readonly NumberOption window = new(1, ushort.MaxValue, "--max-inflight", "-M")
    {
        Description = "Unacknowledged messages of a publisher at QoS 1 and 2; 256 by default.",
        HelpName = "COUNT",
    };

    private readonly NumberOption count = new(1, int.MaxValue, "--count")
    {
        Description = mode == BenchMode.Sub ? "End when this many messages have arrived." : "End after this many messages of all publishers together.",
        HelpName = "COUNT",
    };

    private readonly SecondsOption duration = new("--duration")
    {
        TakesZero = mode == BenchMode.Conn,
        Description = $"How long to {(mode == BenchMode.Conn ? "hold the connections" : "run")}; 10 by default.",
    };

    private readonly SecondsOption warmup = new("--warmup")
    {
        TakesZero = true,
        Description = "Do not count the times of messages that are due in this time at the start; 1 by default, 0 with --count.",
    };

    private readonly SecondsOption ramp = new("--ramp") { TakesZero = true, Description = "Let the rate grow from 0 over this time; 0 by default." };

    private readonly RateOption connectRate = new("--connect-rate", takesMax: false)
    {
        Description = "Open this many connections a second; times count from when each was due. Without it, --connecting rules.",
    };

    private readonly NumberOption connecting = new(1, 10_000, "--connecting")
    {
        Description = "Connections that are opened at a time; 16 by default.",
        HelpName = "COUNT",
    };

    private readonly NumberOption processes = new(1, MostProcesses, "--processes")
    {
        Description = "Share the load among this many processes; 1 by default.",
        HelpName = "COUNT",
    };

    private readonly Option<string?> worker = new(WorkerLink.Option) { Hidden = true };

    public ConnectionArguments Connection { get; } = new();

    public BenchOutputs Outputs { get; } = new();

    public void AddTo(Command command)
    {
        topic.Description = mode switch
        {
            BenchMode.Sub => "The topic filter; rawmqtt/bench/# by default, where bench pub publishes.",
            BenchMode.Pub => "The topic; %i stands for the publisher's number; rawmqtt/bench/%i by default.",
            _ => "The topic; %i stands for the publisher's number; one of its own for each run by default.",
        };
        Option[] load = mode switch
        {
            BenchMode.Conn => [clients, duration],
            BenchMode.Pub => [clients, rate, size, qos, retain, topic, window, count, duration, warmup, ramp],
            BenchMode.Sub => [clients, qos, topic, count, duration, warmup],
            _ => [publishers, subscribers, rate, size, qos, retain, topic, window, count, duration, warmup, ramp],
        };
        foreach (Option option in load) command.Options.Add(option);
        foreach (Option option in new Option[] { connectRate, connecting, processes, worker }) command.Options.Add(option);
        Outputs.AddTo(command);
        Connection.AddTo(command);
        topic.Validators.Add(mode == BenchMode.Sub ? ConnectionArguments.RequireTopicFilter : ConnectionArguments.RequireTopicName);
        command.Validators.Add(Check);
    }

    /// <summary>Returns the number of this process and the tag of its run, if another process of the tool started it.</summary>
    public (int Number, ushort Tag)? Worker(ParseResult parsed) =>
        parsed.GetValue(worker)?.Split('/') is [var number, var tag]
            ? (int.Parse(number, CultureInfo.InvariantCulture), ushort.Parse(tag, CultureInfo.InvariantCulture))
            : null;

    public BenchPlan Read(ParseResult parsed, ushort tag)
    {
        int connections = parsed.GetValue(clients) ?? (mode == BenchMode.Conn ? 100 : 1);
        bool hasPairs = mode is BenchMode.PubSub or BenchMode.Fan;
        int publishing = mode == BenchMode.Pub ? connections : hasPairs ? parsed.GetValue(publishers) ?? 1 : 0;
        int subscribing = mode == BenchMode.Sub ? connections : hasPairs ? parsed.GetValue(subscribers) ?? (mode == BenchMode.Fan ? 10 : publishing) : 0;
        string own = mode switch
        {
            BenchMode.Sub => "rawmqtt/bench/#",
            BenchMode.Pub => "rawmqtt/bench/%i",
            _ => $"rawmqtt/bench-{tag:x4}/%i",
        };
        return new BenchPlan
        {
            Mode = mode,
            Idle = mode == BenchMode.Conn ? connections : 0,
            Publishers = publishing,
            Subscribers = subscribing,
            Rate = parsed.GetValue(rate) ?? 1000,
            Ramp = parsed.GetValue(ramp) ?? TimeSpan.Zero,
            Duration = parsed.GetValue(duration) ?? TimeSpan.FromSeconds(10),
            Warmup = parsed.GetValue(warmup) ?? TimeSpan.FromSeconds(parsed.GetValue(count) is null ? 1 : 0),
            Count = parsed.GetValue(count),
            Size = parsed.GetValue(size) ?? 64,
            Qos = (QualityOfService)(parsed.GetValue(qos) ?? 0),
            Retain = parsed.GetValue(retain),
            Window = parsed.GetValue(window) ?? 256,
            Topic = parsed.GetValue(topic) ?? own,
            ConnectRate = parsed.GetValue(connectRate),
            Connecting = parsed.GetValue(connecting) ?? 16,
            Processes = Math.Min(parsed.GetValue(processes) ?? 1, Math.Max(1, (mode == BenchMode.Conn ? connections : 0) + publishing + subscribing)),
            Tag = hasPairs ? tag : MessageStamp.SharedTag,
        };
    }

    private static string Kind(BenchMode mode) => mode switch { BenchMode.Conn => "connections", BenchMode.Pub => "publishers", _ => "subscribers" };

    private void Check(CommandResult result)
    {
        bool isClosed = result.GetResult(rate) is { Tokens: [{ Value: "max" }] };
        if (isClosed && result.GetResult(ramp) is not null) result.AddError("--ramp has no effect with --rate max");
        if (result.GetResult(connectRate) is not null && result.GetResult(connecting) is not null)
        {
            result.AddError("--connecting has no effect with --connect-rate");
        }

        if (result.GetResult(Connection.Id) is not null) result.AddError("Each connection needs an identifier of its own: give a beginning with -I");
        if (result.GetResult(Connection.SessionFile) is not null) result.AddError("--session-file holds one session, and a load has many");
        foreach (Option option in new Option[] { Connection.Trace, Connection.TraceSecrets, Connection.Pcap })
        {
            if (result.GetResult(option) is { Implicit: false }) result.AddError($"{option.Name} is for one connection, and a load has many");
        }

        bool isOneTopic = result.GetResult(topic) is { Tokens: [Token one, ..] } && !one.Value.Contains("%i", StringComparison.Ordinal);
        bool areSeveral = result.GetResult(publishers) is { Tokens: [Token given, ..] } && given.Value != "1";
        if (mode == BenchMode.PubSub && isOneTopic && areSeveral)
        {
            result.AddError("Several publishers of pubsub need %i in --topic, so that each has its own subscriber");
        }
    }
}
