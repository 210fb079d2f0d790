// SPDX-License-Identifier: MIT

using System.Globalization;

namespace RawMqtt.Benchmarks.Brokers;

/// <summary>Two builds of our broker in turns, over the same load, so that what else the machine does hits both alike.</summary>
internal static class BrokerPairs
{
    private const double Confidence = 0.95;
    private const int FewestPairs = 6; // that give an interval

    private static readonly (string Name, int Qos, int Payload, long Count)[] Rows =
    [
        ("ws, QoS 0, 16 B", 0, 16, 2_000_000),
        ("ws, QoS 1, 128 B", 1, 128, 400_000),
        ("ws, QoS 2, 128 B", 2, 128, 300_000),
    ];

    /// <summary>Prints the medians of all pairs, and the ratio of the new build to the old one.</summary>
    /// <param name="oldProgram">The benchmark program of the old build, RawMqtt.Benchmarks.dll.</param>
    /// <param name="newProgram">The same of the new build.</param>
    /// <param name="pairs">The number of pairs, after one that warms up.</param>
    /// <param name="options"><c>--durability OLD,NEW</c>: with a journal, and a kept session; <c>--only TEXT</c>: rows with this name.</param>
    public static void Run(string oldProgram, string newProgram, int pairs, string[] options)
    {
        string[] durability = (Option(options, "--durability") ?? nameof(MqttDurability.None)).Split(',');
        using BrokerProcess oldBroker = BrokerProcess.OfBuild("old", oldProgram, Enum.Parse<MqttDurability>(durability[0]));
        using BrokerProcess newBroker = BrokerProcess.OfBuild("new", newProgram, Enum.Parse<MqttDurability>(durability[^1]));
        bool keepsSession = options.Contains("--durability");
        string only = Option(options, "--only") ?? "";
        string interval = pairs < FewestPairs ? "range" : string.Create(CultureInfo.InvariantCulture, $"interval of {100 * Confidence:0} %");
        Console.WriteLine($"| {pairs} pairs | old, messages/s | new, messages/s | new / old, median | {interval} |\n|---|---|---|---|---|");
        foreach ((string name, int qos, int payload, long count) in Rows.Where(row => row.Name.Contains(only, StringComparison.Ordinal)))
        {
            var olds = new List<double>();
            var news = new List<double>();
            for (int pair = 0; pair <= pairs; pair++)
            {
                double first = Measure(pair % 2 == 0 ? oldBroker : newBroker);
                double second = Measure(pair % 2 == 0 ? newBroker : oldBroker);
                if (pair == 0) continue;
                olds.Add(pair % 2 == 0 ? first : second);
                news.Add(pair % 2 == 0 ? second : first);
            }

            double[] ratios = [.. olds.Zip(news, (before, after) => after / before).Order()];
            int outside = OutsideOf(pairs);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {name} | {MedianOf(olds):#,0} | {MedianOf(news):#,0} "
                + $"| {MedianOf(ratios):0.000} | {ratios[outside]:0.000} to {ratios[^(outside + 1)]:0.000} |"));

            double Measure(BrokerProcess broker) => new ThroughputRun(broker, "ws", qos, payload, 1, count, keepsSession).Run().PerSecond;
        }
    }

    /// <summary>Returns how many values at each end lie outside the interval of the sign test: it holds the median with at least the confidence, or all
    /// values if there are fewer than six.</summary>
    private static int OutsideOf(int count)
    {
        double probability = Math.Pow(0.5, count); // that none of them is below the median
        double below = 0;
        int outside = -1;
        while (below + probability <= (1 - Confidence) / 2)
        {
            below += probability;
            outside++;
            probability *= (count - outside) / (outside + 1.0);
        }

        return Math.Max(outside, 0);
    }

    private static string? Option(string[] options, string name) => Array.IndexOf(options, name) is var at and >= 0 ? options[at + 1] : null;

    private static double MedianOf(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
