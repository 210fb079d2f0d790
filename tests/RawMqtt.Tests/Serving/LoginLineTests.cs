// SPDX-License-Identifier: MIT

using System.Net;
using RawMqtt.Serving;

namespace RawMqtt.Tests.Serving;

/// <summary>Logins wait in a line that is fair and bounded.</summary>
public class LoginLineTests
{
    private static readonly IPAddress One = IPAddress.Parse("192.0.2.1");
    private static readonly IPAddress Two = IPAddress.Parse("192.0.2.2");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Addresses_take_turns_however_many_wait_at_one_of_them()
    {
        var line = new LoginLine(places: 1, limit: 80);
        LoginLine.Login? present = await line.EnterAsync(One, "first", Token);
        List<Task<LoginLine.Login?>> waiting = [.. Enumerable.Range(0, 10).Select(i => line.EnterAsync(One, $"n{i}", Token).AsTask())];
        waiting.Add(line.EnterAsync(Two, "me", Token).AsTask());
        var order = new List<string>();
        for (int i = 0; i < 3; i++)
        {
            line.FreePlace();
            line.End(present!);
            Task<LoginLine.Login?> next = await Task.WhenAny(waiting);
            waiting.Remove(next);
            present = await next;
            order.Add(present!.Name);
        }

        Assert.Equal(["n0", "me", "n1"], order);
        Assert.True(present!.HasWaited);
    }

    [Fact]
    public async Task A_name_of_an_address_has_one_place_at_a_time()
    {
        var line = new LoginLine(places: 2, limit: 80);
        LoginLine.Login first = (await line.EnterAsync(One, "a", Token))!;
        Task<LoginLine.Login?> same = line.EnterAsync(One, "a", Token).AsTask();
        Assert.False(same.IsCompleted);
        Assert.False((await line.EnterAsync(One, "b", Token))!.HasWaited);
        line.FreePlace(); // after a wrong password: the place is free, the name is not
        Assert.False(same.IsCompleted);
        line.End(first);
        Assert.Equal("a", (await same)!.Name);
    }

    [Fact]
    public async Task It_is_bounded_for_each_name_each_address_and_all()
    {
        var line = new LoginLine(places: 1, limit: 64);
        await line.EnterAsync(One, "at the place", Token);
        int ofName = await EnteredAsync(line, 10, _ => (One, "x"));
        int ofAddress = ofName + await EnteredAsync(line, 20, i => (One, $"y{i}"));
        int all = ofAddress + await EnteredAsync(line, 200, i => (new IPAddress(i + 1), "z"));
        Assert.Equal((2, 8, 64), (ofName, ofAddress, all));
    }

    [Fact]
    public async Task Who_gives_up_leaves_no_gap_and_keeps_no_place()
    {
        var line = new LoginLine(places: 1, limit: 8);
        LoginLine.Login first = (await line.EnterAsync(One, "a", Token))!;
        using var cancel = new CancellationTokenSource();
        Task<LoginLine.Login?> given = line.EnterAsync(One, "b", cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        Task<LoginLine.Login?> next = line.EnterAsync(One, "c", Token).AsTask();
        line.FreePlace();
        line.End(first);
        Assert.Equal("c", (await next)!.Name);
    }

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1")]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1")]
    [InlineData("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::")]
    [InlineData("::1", "::1")]
    public void A_site_of_IPv6_counts_as_one_address(string address, string expected) =>
        Assert.Equal(IPAddress.Parse(expected), AddressKey.Of(IPAddress.Parse(address)));

    [Fact]
    public void Successes_are_remembered_for_a_minute_and_for_the_same_password_alone()
    {
        var time = new SettableTime();
        var known = new KnownLogins(time);
        known.Add("me", "secret"u8);
        Assert.True(known.Contains("me", "secret"u8));
        Assert.False(known.Contains("me", "Secret"u8));
        Assert.False(known.Contains("mesecret", ""u8));
        Assert.False(known.Contains("m", "esecret"u8));
        time.Advance(TimeSpan.FromSeconds(59));
        Assert.True(known.Contains("me", "secret"u8));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(known.Contains("me", "secret"u8));
        known.Add("me", "secret"u8);
        known.Clear();
        Assert.False(known.Contains("me", "secret"u8));
    }

    private static Task<int> EnteredAsync(LoginLine line, int count, Func<int, (IPAddress Address, string Name)> of)
    {
        int entered = 0;
        for (int i = 0; i < count; i++)
        {
            (IPAddress address, string name) = of(i);
            ValueTask<LoginLine.Login?> login = line.EnterAsync(address, name, Token);
            if (!login.IsCompleted) entered++;
        }

        return Task.FromResult(entered);
    }
}
