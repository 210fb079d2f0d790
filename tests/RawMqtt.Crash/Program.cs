// SPDX-License-Identifier: MIT

using RawMqtt.Crash;

// usage: RawMqtt.Crash [--messages 20000] [--kills 50] [--session-file yes|no] [--seed N]
// Kills a subscriber with a kept session again and again while messages flow, and counts what is lost and what repeats.
if (args is ["subscriber", string address, string journal, ..])
{
    await KilledSubscriber.RunAsync(address, journal, sessionFile: args.ElementAtOrDefault(3));
    return 0;
}

Dictionary<string, string> given = args.Chunk(2).ToDictionary(pair => pair[0], pair => pair[1]);
var run = new CrashRun(
    Messages: int.Parse(given.GetValueOrDefault("--messages", "20000")),
    Kills: int.Parse(given.GetValueOrDefault("--kills", "50")),
    HasSessionFile: given.GetValueOrDefault("--session-file", "yes") == "yes",
    Seed: int.Parse(given.GetValueOrDefault("--seed", $"{Random.Shared.Next()}")));
Console.WriteLine(run);
Tally tally = await run.RunAsync();
Console.WriteLine(tally);
return tally.Keeps(run) ? 0 : 1;
