// SPDX-License-Identifier: MIT

namespace RawMqtt.Cli.Bench;

/// <summary>Counts failures by what they say, up to a number of different texts.</summary>
internal sealed class FaultCounts
{
    private const int MostTexts = 20;

    private readonly Dictionary<string, long> counts = [];

    public void Add(string text)
    {
        lock (counts)
        {
            string key = counts.ContainsKey(text) || counts.Count < MostTexts ? text : "other failures";
            counts[key] = counts.GetValueOrDefault(key) + 1;
        }
    }

    public Dictionary<string, long> Copy()
    {
        lock (counts) return new(counts);
    }
}
