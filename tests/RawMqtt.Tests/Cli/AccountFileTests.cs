// SPDX-License-Identifier: MIT

using RawMqtt.Cli;

namespace RawMqtt.Tests.Cli;

public sealed class AccountFileTests : IDisposable
{
    private const string Accounts = """
        {
          "default": "home", // what is used when no address is given
          "accounts": {
            "home": { "url": "wss://h:8084/mqtt", "username": "me", "password": "secret", "clientId": "c", "keepalive": 30, "cafile": "ca.pem" },
            "open": { "url": "mqtt://o" },
          },
        }
        """;

    private readonly string file = Path.GetTempFileName(); // for its user alone

    public void Dispose() => File.Delete(file);

    [Fact]
    public void An_account_is_found_by_its_name_or_as_the_default()
    {
        File.WriteAllText(file, Accounts);

        Account home = AccountFile.Find(null, file)!;
        Assert.Equal(("wss://h:8084/mqtt", "ca.pem"), (home.Url, home.CaFile));
        MqttClientOptions options = home.Options;
        Assert.Equal(("me", "secret", "c", 30), (options.UserName, options.PasswordText, options.ClientId, options.KeepAlive.TotalSeconds));
        Assert.Equal("mqtt://o", AccountFile.Find("open", file)!.Url);
    }

    [Fact]
    public void Without_a_file_there_is_no_default_and_a_name_is_a_mistake()
    {
        string none = Path.Combine(file, "none");

        Assert.Null(AccountFile.Find(null, none));
        Assert.Contains("there is no file", Assert.Throws<FileNotFoundException>(() => AccountFile.Find("home", none)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("other", Accounts, "has no account \"other\". There are: home, open.")]
    [InlineData("a", """{ "accounts": { "a": { "hots": "h" } } }""", "\"hots\" is not an option")]
    [InlineData("a", """{ "accounts": { "a": { "url": 1 } } }""", "cannot be read")]
    [InlineData("a", "accounts", "cannot be read")]
    public void A_mistake_is_named(string name, string json, string expected)
    {
        File.WriteAllText(file, json);

        Assert.Contains(expected, Assert.Throws<ArgumentException>(() => AccountFile.Find(name, file)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "accounts": { "a": { "password": "p" } } }""", false)]
    [InlineData("""{ "accounts": { "a": { "url": "mqtt://u:p@h" } } }""", false)]
    [InlineData("""{ "accounts": { "a": { "url": "mqtt://h" } } }""", true)]
    public void A_file_with_a_password_is_refused_if_others_can_read_it(string json, bool isTaken)
    {
        if (OperatingSystem.IsWindows()) return;
        File.WriteAllText(file, json);
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.OtherRead);

        if (isTaken) Assert.NotNull(AccountFile.Find("a", file));
        else Assert.Contains("chmod 600", Assert.Throws<ArgumentException>(() => AccountFile.Find("a", file)).Message, StringComparison.Ordinal);
    }
}
