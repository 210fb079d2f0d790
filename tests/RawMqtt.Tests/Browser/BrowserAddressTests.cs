// SPDX-License-Identifier: MIT

using RawMqtt.Browser;

namespace RawMqtt.Tests.Browser;

/// <summary>A browser takes no login in an address: it goes into CONNECT, as with the library's own dialler.</summary>
public class BrowserAddressTests
{
    [Theory]
    [InlineData("ws://localhost:8083/mqtt", "ws://localhost:8083/mqtt", null, null)]
    [InlineData("WXS://host/p?token=a@b", "wss://host/p?token=a@b", null, null)]
    [InlineData("wss://ann@host:8084/mqtt", "wss://host:8084/mqtt", "ann", null)]
    [InlineData("ws://a%40b:p%3Aw%C3%BC@host/mqtt", "ws://host/mqtt", "a@b", "p:wü")]
    public void The_login_of_an_address_becomes_that_of_the_attempt(string given, string address, string? user, string? password)
    {
        MqttConnectAttempt taken = BrowserAddress.TakeLogin(new MqttConnectAttempt(1, given));

        Assert.Equal((address, user), (taken.Address, taken.UserName));
        Assert.Equal(password, taken.Password is { } bytes ? System.Text.Encoding.UTF8.GetString(bytes.Span) : null);
    }

    [Fact]
    public void A_login_of_the_options_wins_over_that_of_the_address()
    {
        MqttConnectAttempt taken = BrowserAddress.TakeLogin(new MqttConnectAttempt(1, "ws://ann:a@host/mqtt") { UserName = "bob", Password = "b"u8.ToArray() });

        Assert.Equal(("ws://host/mqtt", "bob"), (taken.Address, taken.UserName));
        Assert.Equal("b"u8, taken.Password!.Value.Span);
    }
}
