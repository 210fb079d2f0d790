// SPDX-License-Identifier: MIT

using System.Collections.Concurrent;
using static RawMqtt.Tests.Serving.MemoryExchange;

namespace RawMqtt.Tests.Serving;

/// <summary>Who may connect: by a password file, or without a name.</summary>
public sealed class PasswordFileTests : IDisposable
{
    private readonly string file = Path.GetTempFileName();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => File.Delete(file);

    [Fact]
    public async Task The_password_file_tells_who_may_connect_and_changes_are_seen()
    {
        await File.WriteAllLinesAsync(file, ["# users", "", MqttPasswordFile.CreateEntry("me", "secret"u8)], Token);
        await using MqttBroker broker = await StartAsync(o => o with { PasswordFile = file }, Token);

        Assert.Equal(0, (await ExchangeAsync(broker, Connect("c", "me", "secret") + " | e0 00", Token))[3]);
        Assert.Equal(4, (await ExchangeAsync(broker, Connect("c", "me", "wrong"), Token))[3]);
        Assert.Equal(4, (await ExchangeAsync(broker, Connect("c", "nobody", "nothing"), Token))[3]);
        Assert.Equal(5, (await ExchangeAsync(broker, "10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 'c'", Token))[3]);

        await File.WriteAllLinesAsync(file, [MqttPasswordFile.CreateEntry("you", "other"u8)], Token);
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddMinutes(1));
        Assert.Equal(4, (await ExchangeAsync(broker, Connect("c", "me", "secret"), Token))[3]);
        Assert.Equal(0, (await ExchangeAsync(broker, Connect("c", "you", "other") + " | e0 00", Token))[3]);
    }

    [Theory]
    [InlineData("secret")]
    [InlineData("me:secret")]
    [InlineData(" ")]
    [InlineData("me:$pbkdf2-sha256$secret$c2FsdA==$x")]
    [InlineData("me:$pbkdf2-sha256$210000$c2FsdA==$AAAA")]
    [InlineData("me:$pbkdf2-sha256$210000$$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("me:$pbkdf2-sha256$0$c2FsdA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData(":$pbkdf2-sha256$210000$c2FsdA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    public async Task A_line_that_is_no_entry_is_refused_by_its_number_and_a_change_to_one_is_logged(string line)
    {
        var lines = new ConcurrentQueue<string>();
        string entry = MqttPasswordFile.CreateEntry("me", "secret"u8);
        await File.WriteAllLinesAsync(file, ["# users", line, entry], Token);
        MqttException refused = await Assert.ThrowsAsync<MqttException>(() => StartAsync(o => o with { PasswordFile = file }, Token));
        Assert.Contains("Line 2 is not an entry.", refused.ToString());
        Assert.DoesNotContain("secret", refused.ToString());

        await File.WriteAllLinesAsync(file, [entry], Token);
        MqttBroker broker = await StartAsync(o => o with { PasswordFile = file, Log = (_, line) => lines.Enqueue(line) }, Token);
        await File.WriteAllLinesAsync(file, [line], Token);
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddMinutes(1));
        for (int i = 0; i < 2; i++) Assert.Equal(0, (await ExchangeAsync(broker, Connect("c", "me", "secret") + " | e0 00", Token))[3]);
        await broker.DisposeAsync();
        Assert.EndsWith("error=\"Line 1 is not an entry.\"",
            Assert.Single(lines, one => one.StartsWith("event=password-file-unusable ", StringComparison.Ordinal)));
        Assert.DoesNotContain(lines, one => one.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public void Entries_are_salted_and_hold_no_password()
    {
        string one = MqttPasswordFile.CreateEntry("me", "secret"u8);
        string two = MqttPasswordFile.CreateEntry("me", "secret"u8);
        Assert.NotEqual(one, two);
        Assert.DoesNotContain("secret", one);
        Assert.True(MqttPasswordFile.Matches(one, "secret"u8) && MqttPasswordFile.Matches(two, "secret"u8));
        Assert.False(MqttPasswordFile.Matches(one, "Secret"u8));
        Assert.Throws<ArgumentException>(() => MqttPasswordFile.CreateEntry("a:b", "x"u8));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_programs_own_client_in_memory_is_trusted(bool hasPasswordFile)
    {
        await File.WriteAllTextAsync(file, MqttPasswordFile.CreateEntry("me", "secret"u8), Token);
        await using MqttBroker broker = await StartAsync(o => o with { AllowAnonymous = false, PasswordFile = hasPasswordFile ? file : null }, Token);
        byte[] answer = await ExchangeAsync(broker.Connect(), "10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 'c' | e0 00", Token);
        Assert.Equal([0x20, 2, 0, 0], answer);
        Assert.Equal(hasPasswordFile ? 4 : 0, (await ExchangeAsync(broker.Connect(), Connect("c", "me", "wrong") + " | e0 00", Token))[3]);
    }

    [Fact]
    public async Task Clients_without_a_name_are_refused_where_that_is_not_allowed()
    {
        await using MqttBroker broker = await StartAsync(o => o with { AllowAnonymous = false }, Token);
        Assert.Equal([0x20, 2, 0, 5], await ExchangeAsync(broker, "10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 'c'", Token));
    }
}
