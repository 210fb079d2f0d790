// SPDX-License-Identifier: MIT

using System.Text.RegularExpressions;
using RawMqtt.Cli;
using RawMqtt.Codec;
using RawMqtt.Explain;
using RawMqtt.Tests.RuleIndex;

namespace RawMqtt.Tests.Explain;

/// <summary><c>spec-notes/tour.md</c> shows what <c>rawmqtt demo --trace --no-times -i rawmqtt_tour</c> prints.</summary>
public class TourTests
{
    /// <summary>With RAWMQTT_WRITE_SPEC_NOTES set, this writes the blocks that it otherwise compares.</summary>
    [Fact]
    public async Task Tour_is_what_the_demo_prints()
    {
        using var output = new StringWriter { NewLine = "\n" };
        var trace = new WireTrace(output, MqttRole.Client) { IsLong = true, HasTimes = false };
        Assert.Equal(0, await DemoCommand.RunAsync(trace, "rawmqtt_tour", output, CancellationToken.None));
        string[] steps = Regex.Split(Normalized(output.ToString()), @"^\d+\. .*\n", RegexOptions.Multiline)[2..];
        steps[^1] = ClientFirst(steps[^1]);

        string path = Repository.PathOf("spec-notes/tour.md");
        string tour = File.ReadAllText(path);
        int next = 0;
        string expected = Regex.Replace(tour, @"```text\n.*?```", _ => $"```text\n{steps[next++].Trim('\n')}\n```", RegexOptions.Singleline);
        if (Environment.GetEnvironmentVariable("RAWMQTT_WRITE_SPEC_NOTES") is not null) File.WriteAllText(path, tour = expected);

        Assert.Equal(steps.Length, next);
        Assert.Equal(expected, tour);
    }

    /// <summary>Either end may close first, so that the last step has two orders.</summary>
    private static string ClientFirst(string step) =>
        string.Concat(Regex.Split(step, "^(?=[→←])", RegexOptions.Multiline).OrderBy(unit => unit.StartsWith('←')));

    /// <summary>What is new each time gets the values of RFC 6455's own examples, 1.3 and 5.7.</summary>
    private static string Normalized(string text)
    {
        text = Regex.Replace(text, @"127\.0\.0\.1:\d+", "127.0.0.1:50000");
        text = Regex.Replace(text, "Sec-WebSocket-Key: .{24}", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
        text = Regex.Replace(text, "Sec-WebSocket-Accept: .{28}", "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        text = Regex.Replace(text, @"(  )(.. .. .. ..)( +Masking key)", "${1}37 fa 21 3d$3");
        return text.Replace("\nDone.\n", "", StringComparison.Ordinal);
    }
}
