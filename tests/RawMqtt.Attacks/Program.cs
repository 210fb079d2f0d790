// SPDX-License-Identifier: MIT

using RawMqtt.Attacks;

// usage: RawMqtt.Attacks [all|NAME ...] [--seconds 8]
// Attacks a broker in a process of its own, with an honest client beside, and prints how long that one waits. NAME: see the table.
if (args is ["serve", ..])
{
    await ServedBroker.RunAsync(isGuarded: args.Contains("guarded"), isShort: args.Contains("short"));
    return 0;
}

int at = Array.IndexOf(args, "--seconds");
TimeSpan time = TimeSpan.FromSeconds(at >= 0 ? double.Parse(args[at + 1], System.Globalization.CultureInfo.InvariantCulture) : 8);
string[] names = [.. args.Where((_, i) => at < 0 || (i != at && i != at + 1)).Where(name => name != "all")];
string[] unknown = [.. names.Where(name => Attack.All.All(attack => attack.Name != name))];
if (unknown.Length > 0)
{
    Console.Error.WriteLine($"No attack is named {unknown[0]}. There are: {string.Join(", ", Attack.All.Select(attack => attack.Name))}");
    return 2;
}

Console.WriteLine(AttackResult.Heading);
bool areGood = true;
foreach (Attack attack in Attack.All.Where(attack => names.Length == 0 || names.Contains(attack.Name)))
{
    AttackResult result = AttackRun.Run(attack, time);
    Console.WriteLine(result);
    areGood &= result.IsAlive && result.Fault is null;
}

return areGood ? 0 : 1;
