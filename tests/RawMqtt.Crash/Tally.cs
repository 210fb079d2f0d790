// SPDX-License-Identifier: MIT

using System.Globalization;

namespace RawMqtt.Crash;

/// <summary>What a subscriber wrote, counted.</summary>
/// <param name="Missing">Messages that were acknowledged to the publisher and never written.</param>
/// <param name="RepeatsAtQos1">Lines beyond the first of a message.</param>
/// <param name="RepeatsAtQos2">The same at QoS 2.</param>
/// <param name="RepeatsByDeliveryId">Those at QoS 2 that are left when a line is dropped whose DeliveryId was there before.</param>
internal sealed record Tally(int Missing, int RepeatsAtQos1, int RepeatsAtQos2, int RepeatsByDeliveryId)
{
    public static Tally Read(string journal, int messages)
    {
        using var reader = new StreamReader(new FileStream(journal, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        (string Qos, int Number, string DeliveryId)[] lines = reader.ReadToEnd().Split('\n')[..^1]
            .Select(line => line.Split(' '))
            .Select(fields => (fields[0], int.Parse(fields[1], CultureInfo.InvariantCulture), fields[2]))
            .ToArray();
        (string Qos, int Number, string DeliveryId)[] atQos2 = lines.Where(line => line.Qos == "2").ToArray();
        IEnumerable<(string Qos, int Number, string DeliveryId)> withoutId = atQos2.Where(line => line.DeliveryId.Length == 0);
        IEnumerable<(string Qos, int Number, string DeliveryId)> distinct = atQos2.Except(withoutId).DistinctBy(line => line.DeliveryId);
        return new Tally(
            messages - lines.DistinctBy(line => line.Number).Count(),
            Repeats(lines.Where(line => line.Qos == "1")),
            Repeats(atQos2),
            Repeats(withoutId.Concat(distinct)));
    }

    /// <summary>Whether the client's promises were kept: nothing is missing, and with a session file QoS 2 repeats at most once for each kill, and
    /// not at all by its number.</summary>
    public bool Keeps(CrashRun run) => Missing == 0 && (!run.HasSessionFile || RepeatsAtQos2 <= run.Kills && RepeatsByDeliveryId == 0);

    private static int Repeats(IEnumerable<(string Qos, int Number, string DeliveryId)> lines) =>
        lines.GroupBy(line => line.Number).Sum(group => group.Count() - 1);
}
