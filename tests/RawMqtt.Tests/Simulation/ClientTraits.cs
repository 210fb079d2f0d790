// SPDX-License-Identifier: MIT

namespace RawMqtt.Tests.Simulation;

/// <summary>What one simulated client is like.</summary>
/// <param name="InFlightLimit">The most messages that it has in flight.</param>
/// <param name="KeepAlive">Its Keep Alive in seconds.</param>
/// <param name="Slowness">The mean seconds that its application needs for a message; 0: none.</param>
/// <param name="PingTimeout">How long it waits for PINGRESP.</param>
/// <param name="CarefulPackets">How many packets it sends one at a time after a connection has broken.</param>
/// <param name="HasWill">Whether each of its connections has a Will.</param>
internal sealed record ClientTraits(int InFlightLimit, ushort KeepAlive, double Slowness, TimeSpan PingTimeout, int CarefulPackets, bool HasWill)
{
    public static ClientTraits Draw(World world) => new(
        world.Random.Next(1, 21),
        (ushort)world.Random.Next(1, 60),
        world.Chance(0.5) ? 0 : 5,
        TimeSpan.FromSeconds(world.Random.Next(1, 20)),
        world.Random.Next(1, 21),
        world.Chance(0.5));
}
