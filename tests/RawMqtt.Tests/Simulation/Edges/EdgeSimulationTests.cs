// SPDX-License-Identifier: MIT

namespace RawMqtt.Tests.Simulation.Edges;

/// <summary>Many edge brokers and one center in virtual time: lines that break alone, and once all together.</summary>
public class EdgeSimulationTests(ITestOutputHelper output)
{
    private const int MessagesOfEach = 60;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Fifty_edges_lose_nothing_whatever_the_lines_do(int seed) => Run(seed, edges: 50, handshakesPerSecond: 5);

    /// <summary>By name: what docs/scale.md tells.</summary>
    [Theory(Explicit = true)]
    [InlineData(1, 1000, 400)]
    [InlineData(2, 1000, 100)]
    [InlineData(3, 1000, 50)]
    [InlineData(4, 1000, 20)]
    public void A_thousand_edges_lose_nothing_whatever_the_lines_do(int seed, int edges, int handshakesPerSecond) => Run(seed, edges, handshakesPerSecond);

    private void Run(int seed, int edges, int handshakesPerSecond)
    {
        var world = new World(seed, keepsTrace: false) { HasFaults = false }; // links fail when they are cut
        var center = new EdgeCenter(world, handshakesPerSecond);
        SimulatedEdge[] all = [.. Enumerable.Range(0, edges).Select(i => new SimulatedEdge(world, center, $"edge/{i}"))];
        TimeSpan cutAt = TimeSpan.FromSeconds(200);
        foreach (SimulatedEdge edge in all)
        {
            for (int i = 0; i < MessagesOfEach; i++) world.After(world.Delay(600), edge.Publish);
            for (int i = 0; i < 3; i++) world.After(world.Delay(600), edge.Cut);
        }

        int attemptsBefore = 0;
        int mostWaiting = 0;
        var storm = new List<double>();
        world.At(cutAt, () =>
        {
            foreach (SimulatedEdge edge in all) edge.Cut();
            attemptsBefore = all.Sum(edge => edge.Attempts);
            Watch();
        });
        PassUntil(world, () => storm.Count == 3, TimeSpan.FromHours(1));
        int attempts = all.Sum(edge => edge.Attempts) - attemptsBefore;
        PassUntil(world, () => world.Now > TimeSpan.FromSeconds(600) && center.Arrived == edges * MessagesOfEach, TimeSpan.FromHours(2));
        PassUntil(world, () => all.All(edge => edge.Waiting == 0), TimeSpan.FromHours(3));
        output.WriteLine(
            $"seed {seed}: {edges} edges, {handshakesPerSecond} handshakes/s: {center.Arrived} messages, 0 lost, {center.Duplicates} twice; "
            + $"after the cut of all half are back in {storm[0]:F1} s, 90 % in {storm[1]:F1} s, 99 % in {storm[2]:F1} s, with {attempts} attempts; "
            + $"at most {mostWaiting} messages waited at an edge meanwhile");
        Assert.Equal(0, all.Sum(edge => edge.Dropped));

        // of the edges that the cut of all took; some lose their line again meanwhile
        void Watch()
        {
            double[] parts = [0.5, 0.9, 0.99];
            int connected = all.Count(edge => edge.IsConnected);
            mostWaiting = Math.Max(mostWaiting, all.Max(edge => edge.Waiting));
            while (storm.Count < 3 && connected >= Math.Floor(edges * parts[storm.Count])) storm.Add((world.Now - cutAt).TotalSeconds);
            if (storm.Count < 3) world.After(TimeSpan.FromSeconds(0.1), Watch);
        }
    }

    private static void PassUntil(World world, Func<bool> condition, TimeSpan limit)
    {
        for (int steps = 0; steps % 100 != 0 || !condition(); steps++)
        {
            if (!world.Step(limit)) throw new SimulationException($"it does not come within {limit}");
        }
    }
}
