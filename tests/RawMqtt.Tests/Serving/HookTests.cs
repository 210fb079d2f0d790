// SPDX-License-Identifier: MIT

using System.Collections.Concurrent;
using System.Text;
using RawMqtt.Codec;
using RawMqtt.Tests.Codec.Vectors;

namespace RawMqtt.Tests.Serving;

/// <summary>What the program that runs the broker is asked and told.</summary>
public sealed class HookTests : IDisposable
{
    private readonly string file = Path.GetTempFileName();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => File.Delete(file);

    [Theory]
    [InlineData(ConnectReturnCode.Accepted)]
    [InlineData(ConnectReturnCode.IdentifierRejected)]
    [InlineData(ConnectReturnCode.ServerUnavailable)]
    [InlineData(ConnectReturnCode.BadUserNameOrPassword)]
    [InlineData(ConnectReturnCode.NotAuthorized)]
    [Rule("MQTT-3.1.3-9", "MQTT-3.2.2-4", "MQTT-3.2.2-5", "MQTT-3.1.4-5")]
    public async Task Authenticate_answers_a_Connect(ConnectReturnCode code)
    {
        MqttConnectRequest? asked = null;
        await using MqttBroker broker = await StartAsync(o => o with
        {
            Authenticate = (request, _) =>
            {
                asked = request;
                return new ValueTask<ConnectReturnCode>(code);
            },
        });
        byte[] answer = await ExchangeAsync(broker, Connect("c", "me", "secret") + " | c0 00 | e0 00");

        Assert.Equal(code == 0 ? [0x20, 2, 0, 0, 0xD0, 0] : [0x20, 2, 0, (byte)code], answer);
        Assert.Equal(("c", "me", "secret", "will/c"), (asked!.ClientId, asked.UserName, Encoding.UTF8.GetString(asked.Password!.Value.Span), asked.WillTopic));
    }

    [Fact]
    public async Task A_connection_waits_for_its_answer_and_others_go_on()
    {
        var answer = new TaskCompletionSource<ConnectReturnCode>();
        await using MqttBroker broker = await StartAsync(o => o with
        {
            Authenticate = (request, _) => request.ClientId == "slow" ? new ValueTask<ConnectReturnCode>(answer.Task) : new ValueTask<ConnectReturnCode>(ConnectReturnCode.Accepted),
        });
        Task<byte[]> slow = ExchangeAsync(broker, Connect("slow", "a", "b") + " | c0 00 | e0 00");
        Assert.Equal([0x20, 2, 0, 0], await ExchangeAsync(broker, Connect("quick", "a", "b") + " | e0 00"));
        Assert.False(slow.IsCompleted);

        answer.SetResult(ConnectReturnCode.Accepted);
        Assert.Equal([0x20, 2, 0, 0, 0xD0, 0], await slow);
    }

    [Fact]
    [Rule("MQTT-3.3.5-2")]
    public async Task A_Publish_that_is_not_allowed_is_acknowledged_and_dropped()
    {
        await using MqttBroker broker = await StartAsync(o => o with
        {
            AuthorizePublish = async (client, message, _) =>
            {
                await Task.Yield();
                return client.ClientId == "c" && message.Topic != "b";
            },
        });
        using MqttBrokerSubscription all = broker.Subscribe("#");
        byte[] answer = await ExchangeAsync(broker, "10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 'c' | 32 06 00 01 'b' 00 01 'x' | 34 06 00 01 'b' 00 02 'x' | 62 02 00 02 | 32 06 00 01 'a' 00 03 'y' | e0 00");

        Assert.Equal(ByteText.Parse("20 02 00 00 | 40 02 00 01 | 50 02 00 02 | 70 02 00 02 | 40 02 00 03"), answer);
        all.Dispose();
        var got = new List<string>();
        await foreach (MqttMessage message in all.WithCancellation(Token)) got.Add(message.Topic);
        Assert.Equal(["a"], got);
        Assert.Equal(2, broker.Statistics.MessagesNotAllowed);
    }

    [Fact]
    public async Task A_will_that_may_not_be_published_refuses_the_Connect()
    {
        await using MqttBroker broker = await StartAsync(o => o with { AllowAnonymous = true, AuthorizePublish = (_, message, _) => new ValueTask<bool>(message.Topic != "will/c") });
        Assert.Equal([0x20, 2, 0, 5], await ExchangeAsync(broker, Connect("c", "me", "x")));
    }

    [Fact]
    public async Task Filters_that_are_not_allowed_get_0x80_each()
    {
        await using MqttBroker broker = await StartAsync(o => o with { AuthorizeSubscribe = (_, filter, _) => new ValueTask<bool>(!filter.Filter.StartsWith('#')) });
        byte[] answer = await ExchangeAsync(broker, "10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 'c' | 82 0e 00 01 | 00 01 'a' 01 | 00 01 '#' 02 | 00 01 'b' 00 | e0 00");

        Assert.Equal(ByteText.Parse("20 02 00 00 | 90 05 00 01 01 80 00"), answer);
        Assert.Equal(1, broker.Statistics.SubscriptionsNotAllowed);
    }

    [Fact]
    public async Task A_hook_that_throws_refuses_and_ends_nothing_else()
    {
        await using MqttBroker broker = await StartAsync(o => o with { Authenticate = (_, _) => throw new InvalidOperationException("broken"), AllowAnonymous = true });
        Assert.Equal([0x20, 2, 0, 3], await ExchangeAsync(broker, Connect("c", "me", "x")));
        Assert.Equal([0x20, 2, 0, 3], await ExchangeAsync(broker, Connect("c", "me", "x")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_hook_that_does_not_answer_in_time_refuses_and_its_token_is_cancelled(bool listens)
    {
        var time = new SettableTime();
        var never = new TaskCompletionSource<bool>();
        var cancelled = new TaskCompletionSource();
        await using MqttBroker broker = await StartAsync(o => o with
        {
            TimeProvider = time,
            AuthorizePublish = async (_, message, token) =>
            {
                if (message.Topic != "a") return true;
                token.Register(cancelled.SetResult);
                time.Advance(TimeSpan.FromSeconds(10));
                return listens ? await never.Task.WaitAsync(token) : await never.Task;
            },
        });
        using MqttBrokerSubscription all = broker.Subscribe("#");
        byte[] answer = await ExchangeAsync(broker, "10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 'c' | 32 06 00 01 'a' 00 01 'x' | 32 06 00 01 'b' 00 02 'y' | e0 00");

        Assert.Equal(ByteText.Parse("20 02 00 00 | 40 02 00 01 | 40 02 00 02"), answer);
        await cancelled.Task.WaitAsync(Token);
        all.Dispose();
        var got = new List<string>();
        await foreach (MqttMessage message in all.WithCancellation(Token)) got.Add(message.Topic);
        Assert.Equal(["b"], got);
        Assert.Equal((1, 1), (broker.Statistics.HooksTimedOut, broker.Statistics.MessagesNotAllowed));
    }

    [Fact]
    public async Task A_connection_that_ends_gives_up_its_hook_and_its_place()
    {
        var asked = new TaskCompletionSource<CancellationToken>(TaskCreationOptions.RunContinuationsAsynchronously);
        var never = new TaskCompletionSource<bool>();
        await using MqttBroker broker = await StartAsync(o => o with
        {
            Limits = new() { MaxConnections = 1 },
            AuthorizeSubscribe = async (_, _, token) =>
            {
                asked.SetResult(token);
                return await never.Task;
            },
        });
        await using Stream stream = broker.Connect();
        await stream.WriteAsync(ByteText.Parse("10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 'c' | 82 06 00 01 00 01 'a' 01"), Token);
        CancellationToken token = await asked.Task.WaitAsync(Token);
        await using (Stream second = broker.Connect()) Assert.Equal(0, await second.ReadAsync(new byte[1], Token)); // one too many

        Assert.True(broker.Disconnect("c"));
        var answer = new MemoryStream();
        await stream.CopyToAsync(answer, Token);
        Assert.Equal([0x20, 2, 0, 0], answer.ToArray());
        Assert.True(token.IsCancellationRequested);
        while (await ExchangeAsync(broker, "10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 'd' | e0 00") is not [0x20, 2, 0, 0]) Token.ThrowIfCancellationRequested();
        Assert.Equal(0, broker.Statistics.HooksTimedOut);
    }

    [Fact]
    public async Task The_observer_hears_of_all_in_order()
    {
        var heard = new List<string>();
        MqttBroker broker = await StartAsync(o => o with
        {
            Observe = async happened =>
            {
                await Task.Yield();
                heard.Add($"{happened.Kind} {happened.Client.ClientId} {happened.Message?.Topic}{happened.End} {happened.Rule}");
            },
        });
        await ExchangeAsync(broker, "10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 'c' | 30 04 00 01 'a' 'x' | e0 00");
        await ExchangeAsync(broker, "10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 'd' | 36 00");
        await broker.DisposeAsync();

        Assert.Equal(["Connected c  ", "Published c a ", "Disconnected c Disconnected ", "Connected d  ", "Disconnected d ProtocolViolation MQTT-3.3.1-4"], heard);
    }

    [Fact]
    public async Task The_password_file_tells_who_may_connect_and_changes_are_seen()
    {
        await File.WriteAllLinesAsync(file, ["# users", "", MqttPasswordFile.CreateEntry("me", "secret"u8)], Token);
        await using MqttBroker broker = await StartAsync(o => o with { PasswordFile = file });

        Assert.Equal(0, (await ExchangeAsync(broker, Connect("c", "me", "secret") + " | e0 00"))[3]);
        Assert.Equal(4, (await ExchangeAsync(broker, Connect("c", "me", "wrong")))[3]);
        Assert.Equal(4, (await ExchangeAsync(broker, Connect("c", "nobody", "nothing")))[3]);
        Assert.Equal(5, (await ExchangeAsync(broker, "10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 'c'"))[3]);

        await File.WriteAllLinesAsync(file, [MqttPasswordFile.CreateEntry("you", "other"u8)], Token);
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddMinutes(1));
        Assert.Equal(4, (await ExchangeAsync(broker, Connect("c", "me", "secret")))[3]);
        Assert.Equal(0, (await ExchangeAsync(broker, Connect("c", "you", "other") + " | e0 00"))[3]);
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
        MqttException refused = await Assert.ThrowsAsync<MqttException>(() => StartAsync(o => o with { PasswordFile = file }));
        Assert.Contains("Line 2 is not an entry.", refused.ToString());
        Assert.DoesNotContain("secret", refused.ToString());

        await File.WriteAllLinesAsync(file, [entry], Token);
        MqttBroker broker = await StartAsync(o => o with { PasswordFile = file, Log = (_, line) => lines.Enqueue(line) });
        await File.WriteAllLinesAsync(file, [line], Token);
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddMinutes(1));
        for (int i = 0; i < 2; i++) Assert.Equal(0, (await ExchangeAsync(broker, Connect("c", "me", "secret") + " | e0 00"))[3]);
        await broker.DisposeAsync();
        Assert.EndsWith("error=\"Line 1 is not an entry.\"", Assert.Single(lines, one => one.StartsWith("event=password-file-unusable ", StringComparison.Ordinal)));
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

    [Fact]
    public async Task Clients_without_a_name_are_refused_where_that_is_not_allowed()
    {
        await using MqttBroker broker = await StartAsync(o => o with { AllowAnonymous = false });
        Assert.Equal([0x20, 2, 0, 5], await ExchangeAsync(broker, "10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 'c'"));
    }

    [Fact]
    public async Task The_log_has_a_line_for_each_end()
    {
        var lines = new List<string>();
        MqttBroker broker = await StartAsync(o => o with { Log = (_, line) => lines.Add(line) });
        await ExchangeAsync(broker, "10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 'c' | 36 00");
        await broker.DisposeAsync();

        string line = Assert.Single(lines);
        Assert.StartsWith("event=ended client=\"c\" ", line);
        Assert.Contains("reason=ProtocolViolation violation=\"[MQTT-3.3.1-4]", line);
    }

    [Fact]
    public async Task What_a_client_calls_itself_cannot_forge_a_line_of_the_log()
    {
        var lines = new List<string>();
        MqttBroker broker = await StartAsync(o => o with { Log = (_, line) => lines.Add(line) });
        await ExchangeAsync(broker, "10 0f | 00 04 'MQTT' 04 02 00 00 | 00 03 'c' 22 0a | e0 00");
        await broker.DisposeAsync();

        Assert.StartsWith("event=ended client=\"c\\u0022\\u000a\" address=", Assert.Single(lines));
        Assert.Equal($"\"{new string('c', 256)}...\"", RawMqtt.Serving.BrokerLog.Quote(new string('c', 65_535)));
    }

    [Fact]
    public async Task A_log_that_throws_misses_one_line()
    {
        var lines = new List<string>();
        MqttBroker broker = await StartAsync(o => o with
        {
            Log = (_, line) =>
            {
                lines.Add(line);
                if (lines.Count == 1) throw new InvalidOperationException("broken");
            },
        });
        for (int i = 0; i < 2; i++) await ExchangeAsync(broker, "10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 'c' | e0 00");
        await broker.DisposeAsync();
        Assert.Equal(2, lines.Count);
    }

    [Fact]
    public async Task A_stop_does_not_wait_for_an_observer_that_is_stuck()
    {
        var never = new TaskCompletionSource();
        MqttBroker broker = await StartAsync(o => o with { StopTimeout = TimeSpan.FromMilliseconds(1), Observe = _ => new ValueTask(never.Task) });
        await ExchangeAsync(broker, "10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 'c' | e0 00");
        await broker.StopAsync(Token);
        await broker.DisposeAsync();
    }

    private static Task<MqttBroker> StartAsync(Func<MqttBrokerOptions, MqttBrokerOptions> change) =>
        MqttBroker.StartAsync(change(new MqttBrokerOptions { Listeners = [], SystemTopicsInterval = TimeSpan.Zero }), Token);

    /// <summary>A CONNECT with a Will.</summary>
    private static string Connect(string clientId, string user, string password)
    {
        int length = 10 + 2 + clientId.Length + 8 + 2 + 1 + 2 + user.Length + 2 + password.Length;
        return $"10 {length:x2} | 00 04 'MQTT' 04 c6 00 00 | 00 {clientId.Length:x2} '{clientId}' | 00 06 'will/c' 00 01 'w' | 00 {user.Length:x2} '{user}' | 00 {password.Length:x2} '{password}'";
    }

    /// <summary>Sends bytes over a connection in memory, and returns what came until its end.</summary>
    private static async Task<byte[]> ExchangeAsync(MqttBroker broker, string bytes)
    {
        await using Stream stream = broker.Connect();
        await stream.WriteAsync(ByteText.Parse(bytes), Token);
        var all = new MemoryStream();
        await stream.CopyToAsync(all, Token);
        return all.ToArray();
    }
}
