// SPDX-License-Identifier: MIT

namespace RawMqtt.Tests.Dialling.Matrix;

/// <summary>A table of what is said for each endpoint and scheme: columns endpoint, scheme, code, words.</summary>
/// <remarks>Words are separated by the sign …; those that begin with ! must not stand in the text. {port} is the
/// endpoint's. Codes with | between are those of a race between the last bytes and the end of TCP.</remarks>
internal sealed record MatrixTable(IReadOnlyList<MatrixTable.Cell> Cells)
{
    public static readonly string[] Schemes = ["mqtt", "mqtts", "ws", "wss"];

    public static MatrixTable Read(string file) => new(
    [
        .. File.ReadAllLines(file).Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split('\t'))
            .Select(columns => new Cell(columns[0], columns[1], columns[2], columns.ElementAtOrDefault(3) ?? "")),
    ]);

    /// <summary>Returns the cells that no row decides, and the rows that belong to no endpoint or stand twice.</summary>
    public IEnumerable<string> Undecided(IEnumerable<string> endpoints)
    {
        string[] wanted = [.. endpoints.SelectMany(endpoint => Schemes.Select(scheme => $"{endpoint} x {scheme}"))];
        string[] decided = [.. Cells.Select(cell => $"{cell.Endpoint} x {cell.Scheme}")];
        return [.. wanted.Except(decided).Select(cell => $"{cell}: not decided"), .. decided.Except(wanted).Select(cell => $"{cell}: no such endpoint"),
            .. decided.GroupBy(cell => cell).Where(cells => cells.Count() > 1).Select(cells => $"{cells.Key}: decided twice")];
    }

    /// <summary>Returns what differs from the cells of an endpoint, one line each.</summary>
    /// <param name="endpoint">The name in the table.</param>
    /// <param name="port">The port that it has.</param>
    /// <param name="connect">Connects by a scheme; returns the failure, or null if CONNACK accepted the client.</param>
    public async Task<string[]> DifferencesAsync(string endpoint, int port, Func<string, Task<MqttException?>> connect)
    {
        Cell[] cells = [.. Cells.Where(cell => cell.Endpoint == endpoint)];
        MqttException?[] failures = await Task.WhenAll(cells.Select(cell => connect(cell.Scheme)));
        return [.. cells.Zip(failures).SelectMany(cell => cell.First.Differences(cell.Second, port))];
    }

    /// <summary>A row.</summary>
    internal sealed record Cell(string Endpoint, string Scheme, string Code, string Words)
    {
        public IEnumerable<string> Differences(MqttException? failure, int port)
        {
            string text = failure?.Message ?? "";
            string code = failure is null ? "ok" : failure.Diagnosis?.Code ?? "none";
            if (!Code.Split('|').Contains(code)) yield return $"{Endpoint} x {Scheme}: {code} and not {Code}: {text}";
            foreach (string words in Words.Split('…', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                string wanted = words.Replace("{port}", $"{port}", StringComparison.Ordinal);
                bool isThere = text.Contains(wanted.TrimStart('!'), StringComparison.Ordinal);
                if (isThere == (wanted[0] == '!')) yield return $"{Endpoint} x {Scheme}: \"{wanted}\": {text}";
            }

            if (failure is null) yield break;
            if (text.Any(char.IsControl) || text.Contains('{') || text.Length > 1000 || !text.EndsWith('.') && !text.EndsWith("FILE", StringComparison.Ordinal)
                && !failure.Diagnosis!.Advice.Contains("openssl", StringComparison.Ordinal))
            {
                yield return $"{Endpoint} x {Scheme}: no clean sentence: {text}";
            }
        }
    }
}
