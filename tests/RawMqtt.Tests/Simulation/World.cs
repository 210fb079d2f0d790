// SPDX-License-Identifier: MIT

namespace RawMqtt.Tests.Simulation;

/// <summary>Virtual time and chance: what happens next is the earliest of what was scheduled, and equal seeds give equal worlds.</summary>
internal sealed class World(int seed, bool keepsTrace)
{
    private readonly PriorityQueue<Action, (TimeSpan At, long Number)> agenda = new();
    private readonly List<string> trace = [];
    private long scheduled;

    public Random Random { get; } = new(seed);

    public TimeSpan Now { get; private set; }

    /// <summary>Links fail while this is true.</summary>
    public bool HasFaults { get; set; } = true;

    public IReadOnlyList<string> Trace => trace;

    public void At(TimeSpan time, Action action) => agenda.Enqueue(action, (time > Now ? time : Now, scheduled++));

    public void After(TimeSpan delay, Action action) => At(Now + delay, action);

    /// <summary>Does the next thing; false when nothing is left or all of it is later.</summary>
    public bool Step(TimeSpan until)
    {
        if (!agenda.TryPeek(out Action? action, out (TimeSpan At, long Number) when) || when.At > until) return false;
        agenda.Dequeue();
        Now = when.At;
        action();
        return true;
    }

    /// <summary>The machines were asleep: everyone's clock is ahead at once.</summary>
    public void Jump(TimeSpan by)
    {
        Note($"--- the clock jumps by {by.TotalSeconds:0} s");
        Now += by;
    }

    public bool Chance(double probability) => Random.NextDouble() < probability;

    public TimeSpan Delay(double maximumSeconds) => TimeSpan.FromSeconds(maximumSeconds * Random.NextDouble());

    /// <summary>A length of which small ones are as likely as large ones.</summary>
    public int Length(int maximum) => (int)Math.Exp(Random.NextDouble() * Math.Log(maximum + 1));

    public void Note(string text)
    {
        if (keepsTrace) trace.Add($"{Now.TotalSeconds,10:0.000000} {text}");
    }

    public void Note(string who, string what, ReadOnlySpan<byte> packets, RawMqtt.Codec.MqttRole sender)
    {
        if (!keepsTrace) return;
        foreach (string packet in PacketWords.Describe(packets, sender)) Note($"{who} {what} {packet}");
    }
}
