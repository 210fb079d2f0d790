// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Text.RegularExpressions;
using RawMqtt.Interop.Parts;

namespace RawMqtt.Interop;

/// <summary>The table of file sizes in docs/embedded.md is true.</summary>
public class SizeTests
{
    private const double Margin = 0.05;

    public static TheoryData<string> Programs => [.. Table().Keys.Where(program => !IsBroker(program))];

    public static TheoryData<string> Brokers => [.. Table().Keys.Where(IsBroker)];

    [Theory]
    [MemberData(nameof(Programs))]
    public Task File_has_the_size_of_the_table(string program) => Check(program);

    /// <summary>By name: JournalReachTests tells without a native build that a broker without a journal carries none.</summary>
    [Theory(Explicit = true)]
    [MemberData(nameof(Brokers))]
    public Task Broker_has_the_size_of_the_table(string program) => Check(program);

    private static bool IsBroker(string program) => program.EndsWith("broker", StringComparison.Ordinal);

    private static async Task Check(string program)
    {
        long told = Table()[program];

        long size = new FileInfo(await NativeProgram.PublishAsync(program)).Length;

        bool isTrue = Math.Abs(size - told) <= told * Margin;
        Assert.True(isTrue, $"{program} has {size} bytes, and docs/embedded.md says {told}. If that is meant, change the table.");
    }

    [Fact]
    public void Table_has_all_programs() =>
        Assert.Equivalent((string[])["smallest", "blocking", "client", "client-tls", "broker", "durable-broker", "rawmqtt"], Table().Keys, strict: true);

    private static Dictionary<string, long> Table() =>
        Regex.Matches(File.ReadAllText(Path.Combine(RealPart.Folder, "..", "..", "docs", "embedded.md")),
                @"^\| `([a-z-]+)`, [^|]*\| ([\d ]+) \|", RegexOptions.Multiline)
            .ToDictionary(row => row.Groups[1].Value, row => long.Parse(row.Groups[2].Value.Replace(" ", ""), CultureInfo.InvariantCulture));
}
