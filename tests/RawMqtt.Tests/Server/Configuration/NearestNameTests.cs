// SPDX-License-Identifier: MIT

using RawMqtt.Server.Configuration;

namespace RawMqtt.Tests.Server.Configuration;

/// <summary>The name that was probably meant.</summary>
public class NearestNameTests
{
    [Theory]
    [InlineData("", "abc", 3)]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("LISTENERS", "Listeners", 0)]
    [InlineData("abc", "", 3)]
    public void The_distance_counts_changed_added_and_removed_letters(string from, string to, int expected) =>
        Assert.Equal(expected, NearestName.Distance(from, to));

    [Fact]
    public void A_name_that_is_far_from_all_or_very_long_gets_no_hint()
    {
        Assert.Equal("", NearestName.Hint("zzzzzz", ["Listeners"]));
        Assert.Equal("", NearestName.Hint(new string('L', 100_000), ["Listeners"]));
        Assert.Equal("; the nearest name is Listeners", NearestName.Hint("Listener", ["Quiet", "Listeners"]));
    }
}
