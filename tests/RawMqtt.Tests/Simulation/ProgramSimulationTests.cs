// SPDX-License-Identifier: MIT

namespace RawMqtt.Tests.Simulation;

/// <summary>Whatever programs do with a kept session, no message at QoS 1 is lost, and no await of a publisher fails.</summary>
public class ProgramSimulationTests(ITestOutputHelper output)
{
    [Fact]
    public Task Programs_that_come_and_go_lose_nothing_at_QoS_1() => RunAsync(worlds: 20, sessionsVanish: false);

    /// <summary>The session of the publisher vanishes meanwhile, or is a clean one.</summary>
    [Fact]
    public Task Sessions_that_vanish_lose_nothing_at_QoS_1() => RunAsync(worlds: 20, sessionsVanish: true);

    /// <summary>By name: 100 worlds.</summary>
    [Fact(Explicit = true)]
    public Task Soak_of_programs() => RunAsync(worlds: 100, sessionsVanish: true);

    /// <summary>From RAWMQTT_SIMULATION_SEED on, or from a seed of the clock.</summary>
    private async Task RunAsync(int worlds, bool sessionsVanish)
    {
        string? given = Environment.GetEnvironmentVariable("RAWMQTT_SIMULATION_SEED");
        int first = given is null ? Environment.TickCount & 0x3FFF_FFFF : int.Parse(given, System.Globalization.CultureInfo.InvariantCulture);
        output.WriteLine($"seeds {first} to {first + worlds - 1}");
        for (int seed = first; seed < first + worlds; seed++)
        {
            await using var world = new ProgramWorld(seed, sessionsVanish);
            IReadOnlyList<string> broken = await world.RunAsync();
            Assert.True(broken.Count == 0, $"seed {seed}: {broken.Count} lost: {string.Join(", ", broken.Take(20))}\n{string.Join('\n', world.Trace)}");
        }
    }
}
