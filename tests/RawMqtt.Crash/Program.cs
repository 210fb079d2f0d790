// SPDX-License-Identifier: MIT

using RawMqtt;
using RawMqtt.Crash;

// usage: RawMqtt.Crash [--messages 20000] [--kills 50] [--session-file yes|no] [--seed N]
// Kills a subscriber with a kept session again and again while messages flow, and counts what is lost and what repeats.
// usage: RawMqtt.Crash brokers [--messages 100000] [--kills 200] [--durability process|disk] [--seed N]
// Kills a broker with a journal again and again while messages flow from and to clients with kept sessions, and counts the same.
if (args is ["subscriber", string address, string journal, ..])
{
    await KilledSubscriber.RunAsync(address, journal, sessionFile: args.ElementAtOrDefault(3));
    return 0;
}

if (args is ["broker", string folder, string promise, .. string[] addresses])
{
    await KilledBroker.RunAsync(folder, Enum.Parse<MqttDurability>(promise), addresses);
    return 0;
}

if (args is ["edge", string data, string listener, string bridge])
{
    await KilledEdge.RunAsync(data, listener, bridge);
    return 0;
}

bool isBroker = args is ["brokers", ..];
if (isBroker) args = args[1..];
Dictionary<string, string> given = args.Chunk(2).ToDictionary(pair => pair[0], pair => pair[1]);
int seed = int.Parse(given.GetValueOrDefault("--seed", $"{Random.Shared.Next()}"));
if (isBroker)
{
    var broker = new BrokerCrashRun(
        Messages: int.Parse(given.GetValueOrDefault("--messages", "100000")),
        Kills: int.Parse(given.GetValueOrDefault("--kills", "200")),
        Enum.Parse<MqttDurability>(given.GetValueOrDefault("--durability", "Process"), ignoreCase: true),
        seed);
    Console.WriteLine(broker);
    return await broker.RunAsync() ? 0 : 1;
}

var run = new CrashRun(
    Messages: int.Parse(given.GetValueOrDefault("--messages", "20000")),
    Kills: int.Parse(given.GetValueOrDefault("--kills", "50")),
    HasSessionFile: given.GetValueOrDefault("--session-file", "yes") == "yes",
    seed);
Console.WriteLine(run);
Tally tally = await run.RunAsync();
Console.WriteLine(tally);
return tally.Keeps(run) ? 0 : 1;
