// SPDX-License-Identifier: MIT

using RawMqtt.Tests.RuleIndex;

namespace RawMqtt.Tests.House;

/// <summary>The public surface stands as text in <c>PublicApi.txt</c>, so that a change of it is seen.</summary>
public class PublicApiTests
{
    /// <summary>With RAWMQTT_WRITE_PUBLIC_API set, this writes the file that it otherwise compares.</summary>
    [Fact]
    public void Surface_is_the_one_that_was_reviewed()
    {
        string path = Repository.PathOf("tests/RawMqtt.Tests/PublicApi.txt");
        string actual = PublicApi.Describe(typeof(QualityOfService).Assembly);
        if (Environment.GetEnvironmentVariable("RAWMQTT_WRITE_PUBLIC_API") is not null) File.WriteAllText(path, actual);

        string[] reviewed = File.ReadAllLines(path);
        string[] now = actual.TrimEnd('\n').Split('\n');
        Assert.True(reviewed.SequenceEqual(now), $"""
            The public surface differs from PublicApi.txt. If that is meant, run the test with RAWMQTT_WRITE_PUBLIC_API=1 and read the difference.
            added:   {string.Join("\n         ", now.Except(reviewed).DefaultIfEmpty("-"))}
            removed: {string.Join("\n         ", reviewed.Except(now).DefaultIfEmpty("-"))}
            """);
    }
}
