// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Extensions;

namespace RawMqtt.Tests.Extensions;

public class MqttRequestExtensionsTests
{
    /// <summary>Ends a test that hangs.</summary>
    private static CancellationToken Limit => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_request_gets_its_answer()
    {
        await using MemoryBroker world = await MemoryBroker.StartAsync();
        MqttClient asker = await world.ConnectAsync();
        await using MqttReceiving service = await (await world.ConnectAsync()).RespondAsync("echo", Upper);

        MqttMessage answer = await asker.RequestAsync("echo", "hello", Long, cancellationToken: Limit);

        Assert.Equal("HELLO", answer.PayloadText);
    }

    [Fact]
    public async Task Many_requests_at_once_get_each_its_own_answer()
    {
        await using MemoryBroker world = await MemoryBroker.StartAsync();
        MqttClient asker = await world.ConnectAsync();
        await using MqttReceiving service = await (await world.ConnectAsync()).RespondAsync("echo", Upper, new MqttReceivingOptions { MaxConcurrent = 4 });
        await using MqttRequester requester = await MqttRequester.CreateAsync(asker, "echo");

        Task<MqttMessage>[] requests = [.. Enumerable.Range(0, 100).Select(i => requester.RequestAsync(Encoding.UTF8.GetBytes($"r{i}"), Long, Limit))];
        MqttMessage[] answers = await Task.WhenAll(requests);

        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"R{i}"), answers.Select(answer => answer.PayloadText));
    }

    [Fact]
    public async Task A_responder_that_throws_tells_the_asker_and_its_own_program()
    {
        await using MemoryBroker world = await MemoryBroker.StartAsync();
        MqttClient asker = await world.ConnectAsync();
        var told = new TaskCompletionSource<Exception>();
        var options = new MqttReceivingOptions { Failed = (_, failure) => told.TrySetResult(failure) };
        MqttClient responder = await world.ConnectAsync();
        await using MqttReceiving service = await responder.RespondAsync("echo", (_, _) => throw new InvalidOperationException("secret"), options);

        MqttRequestException failure = await Assert.ThrowsAsync<MqttRequestException>(
            () => asker.RequestAsync("echo", "x", Long, cancellationToken: Limit));

        Assert.DoesNotContain("secret", failure.Message);
        Assert.Equal("secret", (await told.Task.WaitAsync(Limit)).Message);
    }

    [Fact]
    public async Task Without_a_responder_the_request_times_out()
    {
        await using MemoryBroker world = await MemoryBroker.StartAsync();
        MqttClient asker = await world.ConnectAsync();
        var time = new ManualTime();
        await using MqttRequester requester = await MqttRequester.CreateAsync(asker, "nobody", time, Limit);

        Task<MqttMessage> request = requester.RequestAsync(default, TimeSpan.FromSeconds(5), Limit);
        time.Advance(TimeSpan.FromSeconds(5));

        Assert.Contains("No answer of nobody", (await Assert.ThrowsAsync<TimeoutException>(() => request)).Message);
    }

    [Fact]
    public async Task A_request_fails_when_its_client_ends()
    {
        await using MemoryBroker world = await MemoryBroker.StartAsync();
        MqttClient asker = await world.ConnectAsync();
        await using MqttRequester requester = await MqttRequester.CreateAsync(asker, "nobody", cancellationToken: Limit);

        Task<MqttMessage> request = requester.RequestAsync(default, Long, Limit);
        await asker.DisconnectAsync(cancellationToken: Limit);

        Assert.Equal(MqttErrorCode.NotConnected, (await Assert.ThrowsAsync<MqttException>(() => request)).Code);
    }

    private static ValueTask<ReadOnlyMemory<byte>> Upper(MqttMessage request, CancellationToken stop) =>
        ValueTask.FromResult<ReadOnlyMemory<byte>>(Encoding.UTF8.GetBytes(request.PayloadText.ToUpperInvariant()));
}
