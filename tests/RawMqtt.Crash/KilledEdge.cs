// SPDX-License-Identifier: MIT

using RawMqtt.Server;

namespace RawMqtt.Crash;

/// <summary>A broker with a journal and a bridge in a process of its own, for tests that kill it.</summary>
internal static class KilledEdge
{
    /// <summary>The program of the other process: it serves until it is killed.</summary>
    public static async Task RunAsync(string folder, string address, string bridge)
    {
        BrokerConfiguration configuration = BrokerConfiguration.Default.With("Listeners", address, "test").With("Bridges", bridge, "test");
        await using BrokerService service = await BrokerService.StartAsync(() => configuration, options => options with
        {
            Durability = MqttDurability.Process,
            DataDirectory = folder,
            Limits = options.Limits with { MaxQueuedMessages = 1_000_000, MaxQueuedBytes = 256 << 20 }, // of readers that are away with it
            Log = (_, line) => Console.Error.WriteLine(line),
        });
        Console.WriteLine("ready");
        await Task.Delay(Timeout.Infinite); // until it is killed
    }
}
