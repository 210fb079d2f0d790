// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Codec;
using RawMqtt.Tests.Codec.Vectors;
using static RawMqtt.Tests.Serving.MemoryExchange;

namespace RawMqtt.Tests.Serving;

/// <summary>What the program that runs the broker is asked and told.</summary>
public sealed class HookTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

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
        }, Token);
        byte[] answer = await ExchangeAsync(broker, Connect("c", "me", "secret") + " | c0 00 | e0 00", Token);

        Assert.Equal(code == 0 ? [0x20, 2, 0, 0, 0xD0, 0] : [0x20, 2, 0, (byte)code], answer);
        Assert.Equal(("c", "me", "secret", "will/c"), (asked!.ClientId, asked.UserName, Encoding.UTF8.GetString(asked.Password!.Value.Span), asked.WillTopic));
    }

    [Fact]
    public async Task A_connection_waits_for_its_answer_and_others_go_on()
    {
        var answer = new TaskCompletionSource<ConnectReturnCode>();
        await using MqttBroker broker = await StartAsync(o => o with
        {
            Authenticate = (request, _) => request.ClientId == "slow" ? new ValueTask<ConnectReturnCode>(answer.Task)
                : new ValueTask<ConnectReturnCode>(ConnectReturnCode.Accepted),
        }, Token);
        Task<byte[]> slow = ExchangeAsync(broker, Connect("slow", "a", "b") + " | c0 00 | e0 00", Token);
        Assert.Equal([0x20, 2, 0, 0], await ExchangeAsync(broker, Connect("quick", "a", "b") + " | e0 00", Token));
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
        }, Token);
        using MqttBrokerSubscription all = broker.Subscribe("#");
        byte[] answer = await ExchangeAsync(broker, "10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 'c' | 32 06 00 01 'b' 00 01 'x' | 34 06 00 01 'b' 00 02 'x' | 62 "
            + "02 00 02 | 32 06 00 01 'a' 00 03 'y' | e0 00", Token);

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
        await using MqttBroker broker = await StartAsync(o =>
            o with { AllowAnonymous = true, AuthorizePublish = (_, message, _) => new ValueTask<bool>(message.Topic != "will/c") }, Token);
        Assert.Equal([0x20, 2, 0, 5], await ExchangeAsync(broker, Connect("c", "me", "x"), Token));
    }

    [Fact]
    public async Task Filters_that_are_not_allowed_get_0x80_each()
    {
        await using MqttBroker broker =
            await StartAsync(o => o with { AuthorizeSubscribe = (_, filter, _) => new ValueTask<bool>(!filter.Filter.StartsWith('#')) }, Token);
        byte[] answer = await ExchangeAsync(broker,
            "10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 'c' | 82 0e 00 01 | 00 01 'a' 01 | 00 01 '#' 02 | 00 01 'b' 00 | e0 00", Token);

        Assert.Equal(ByteText.Parse("20 02 00 00 | 90 05 00 01 01 80 00"), answer);
        Assert.Equal(1, broker.Statistics.SubscriptionsNotAllowed);
    }

    [Fact]
    public async Task A_hook_that_throws_refuses_and_ends_nothing_else()
    {
        await using MqttBroker broker =
            await StartAsync(o => o with { Authenticate = (_, _) => throw new InvalidOperationException("broken"), AllowAnonymous = true }, Token);
        Assert.Equal([0x20, 2, 0, 3], await ExchangeAsync(broker, Connect("c", "me", "x"), Token));
        Assert.Equal([0x20, 2, 0, 3], await ExchangeAsync(broker, Connect("c", "me", "x"), Token));
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
        }, Token);
        using MqttBrokerSubscription all = broker.Subscribe("#");
        byte[] answer = await ExchangeAsync(broker,
            "10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 'c' | 32 06 00 01 'a' 00 01 'x' | 32 06 00 01 'b' 00 02 'y' | e0 00", Token);

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
        }, Token);
        await using Stream stream = broker.Connect();
        await stream.WriteAsync(ByteText.Parse("10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 'c' | 82 06 00 01 00 01 'a' 01"), Token);
        CancellationToken token = await asked.Task.WaitAsync(Token);
        await using (Stream second = broker.Connect()) Assert.Equal(0, await second.ReadAsync(new byte[1], Token)); // one too many

        Assert.True(broker.Disconnect("c"));
        var answer = new MemoryStream();
        await stream.CopyToAsync(answer, Token);
        Assert.Equal([0x20, 2, 0, 0], answer.ToArray());
        Assert.True(token.IsCancellationRequested);
        while (await ExchangeAsync(broker, "10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 'd' | e0 00", Token) is not [0x20, 2, 0, 0])
            Token.ThrowIfCancellationRequested();
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
        }, Token);
        await ExchangeAsync(broker, "10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 'c' | 30 04 00 01 'a' 'x' | e0 00", Token);
        await ExchangeAsync(broker, "10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 'd' | 36 00", Token);
        await broker.DisposeAsync();

        Assert.Equal(["Connected c  ", "Published c a ", "Disconnected c Disconnected ", "Connected d  ", "Disconnected d ProtocolViolation MQTT-3.3.1-4"],
            heard);
    }

    [Fact]
    public async Task An_observer_that_throws_misses_one_event_and_the_log_says_so()
    {
        var heard = new List<string>();
        var lines = new List<string>();
        MqttBroker broker = await StartAsync(o => o with
        {
            Observe = happened =>
            {
                heard.Add($"{happened.Kind}");
                return heard.Count == 1 ? throw new InvalidOperationException("broken") : ValueTask.CompletedTask;
            },
            Log = (_, line) => lines.Add(line),
        }, Token);
        await ExchangeAsync(broker, "10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 'c' | 30 04 00 01 'a' 'x' | e0 00", Token);
        await broker.DisposeAsync();

        Assert.Equal(["Connected", "Published", "Disconnected"], heard);
        Assert.Equal("event=observer-failed error=\"broken\"", Assert.Single(lines, line => line.Contains("observer", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_stop_does_not_wait_for_an_observer_that_is_stuck()
    {
        var never = new TaskCompletionSource();
        MqttBroker broker = await StartAsync(o => o with { StopTimeout = TimeSpan.FromMilliseconds(1), Observe = _ => new ValueTask(never.Task) }, Token);
        await ExchangeAsync(broker, "10 0d | 00 04 'MQTT' 04 02 00 00 | 00 01 'c' | e0 00", Token);
        await broker.StopAsync(Token);
        await broker.DisposeAsync();

        Assert.False(never.Task.IsCompleted);
        Assert.Equal(1, broker.Statistics.ClientsConnected);
    }
}
