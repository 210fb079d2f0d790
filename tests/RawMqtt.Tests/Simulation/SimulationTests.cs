// SPDX-License-Identifier: MIT

using System.Globalization;

namespace RawMqtt.Tests.Simulation;

/// <summary>Real client sessions and the real broker core in one thread with virtual time, over links that fail in every way.</summary>
public class SimulationTests(ITestOutputHelper output)
{
    [Fact]
    [Rule("MQTT-4.3.2-1", "MQTT-4.3.2-2", "MQTT-4.3.3-1", "MQTT-4.3.3-2", "MQTT-4.4.0-1", "MQTT-4.6.0-1", "MQTT-4.6.0-2", "MQTT-4.6.0-3", "MQTT-4.6.0-4",
        "MQTT-4.6.0-5", "MQTT-4.6.0-6", "MQTT-3.1.2-4", "MQTT-3.1.2-5", "MQTT-3.1.2-23", "MQTT-4.1.0-1")]
    public void Nothing_is_lost_doubled_or_reordered_whatever_the_links_do()
    {
        for (int seed = 1; seed <= 2000; seed++) Scenario.Run(seed);
    }

    [Fact]
    [Rule("MQTT-4.3.2-1", "MQTT-4.3.2-2", "MQTT-4.3.3-1", "MQTT-4.3.3-2", "MQTT-4.4.0-1", "MQTT-3.1.2-4", "MQTT-3.1.2-5", "MQTT-4.1.0-1", "MQTT-3.2.2-2")]
    public void Nothing_acknowledged_is_lost_or_doubled_when_a_broker_with_a_journal_is_killed_on_a_bad_disk()
    {
        for (int seed = 1; seed <= 500; seed++) Scenario.Run(seed, isDurable: true);
    }

    [Theory]
    [InlineData(false, MqttWhenQueueFull.DropNewest)]
    [InlineData(false, MqttWhenQueueFull.DropOldest)]
    [InlineData(false, MqttWhenQueueFull.EndSession)]
    [InlineData(true, MqttWhenQueueFull.DropNewest)]
    [InlineData(true, MqttWhenQueueFull.DropOldest)]
    [InlineData(true, MqttWhenQueueFull.EndSession)]
    public void Nothing_is_lost_without_a_word_when_queues_are_short_and_the_journal_is(bool isDurable, MqttWhenQueueFull whenFull)
    {
        var all = new BoundFigures();
        for (int seed = 1; seed <= 200; seed++) all.Add(Scenario.Run(seed, isDurable, whenFull: whenFull));
        output.WriteLine($"{all.Dropped} dropped, {all.Ended} ended, {all.Held} held, {all.LimitReached} because of MaxJournalLength");
        Assert.True(all.Dropped > 100);
        Assert.Equal(whenFull == MqttWhenQueueFull.EndSession, all.Ended > 20);
        Assert.Equal(isDurable, all.Held > 0);
        Assert.Equal(isDurable, all.LimitReached > 10);
    }

    /// <summary>By name: worlds with short queues and journals alone.</summary>
    [Fact(Explicit = true)]
    public void Soak_with_short_queues()
    {
        int worlds = Number("RAWMQTT_SIMULATION_WORLDS", 20_000);
        int first = Number("RAWMQTT_SIMULATION_SEED", Environment.TickCount & 0x3FFF_FFFF);
        output.WriteLine($"{worlds} worlds from seed {first} on");
        for (int seed = first; seed < first + worlds; seed++) Scenario.Run(seed, isDurable: seed % 2 == 0, whenFull: (MqttWhenQueueFull)(seed / 2 % 3));
    }

    /// <summary>By name: as many worlds as RAWMQTT_SIMULATION_WORLDS says, from RAWMQTT_SIMULATION_SEED on; 100 000 from a seed of the clock
    /// otherwise.</summary>
    [Fact(Explicit = true)]
    public void Soak()
    {
        int worlds = Number("RAWMQTT_SIMULATION_WORLDS", 100_000);
        int first = Number("RAWMQTT_SIMULATION_SEED", Environment.TickCount & 0x3FFF_FFFF);
        output.WriteLine($"{worlds} worlds from seed {first} on");
        for (int seed = first; seed < first + worlds; seed++) Scenario.Run(seed);
    }

    /// <summary>By name: prints all that happens in the world of RAWMQTT_SIMULATION_SEED; with RAWMQTT_SIMULATION_JOURNAL, of that with a journal.</summary>
    [Fact(Explicit = true)]
    public void Replay()
    {
        IReadOnlyList<string> trace = Scenario.TraceOf(Number("RAWMQTT_SIMULATION_SEED", 1), Number("RAWMQTT_SIMULATION_JOURNAL", 0) > 0);
        foreach (string line in trace) output.WriteLine(line);
        Assert.DoesNotContain(trace, line => line.Contains("!!!", StringComparison.Ordinal));
    }

    [Fact]
    public void Equal_seeds_give_equal_worlds() => Assert.Equal(Scenario.TraceOf(7), Scenario.TraceOf(7));

    /// <summary>By name: worlds with a journal alone.</summary>
    [Fact(Explicit = true)]
    public void Soak_with_a_journal()
    {
        int worlds = Number("RAWMQTT_SIMULATION_WORLDS", 20_000);
        int first = Number("RAWMQTT_SIMULATION_SEED", Environment.TickCount & 0x3FFF_FFFF);
        output.WriteLine($"{worlds} worlds from seed {first} on");
        for (int seed = first; seed < first + worlds; seed++) Scenario.Run(seed, isDurable: true);
    }

    private static int Number(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is string text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
