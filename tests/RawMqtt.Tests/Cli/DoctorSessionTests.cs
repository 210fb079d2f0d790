// SPDX-License-Identifier: MIT

using RawMqtt.Cli;
using RawMqtt.Codec;

namespace RawMqtt.Tests.Cli;

/// <summary>What the doctor says after a login: of a message there and back, and of silence.</summary>
public class DoctorSessionTests
{
    [Theory]
    [InlineData(null, 0)]
    [InlineData("rooms/7", 0)]
    [InlineData("other", 7)]
    public async Task A_topic_that_the_server_forbids_is_a_fault_only_if_the_user_named_it(string? topic, int exitCode)
    {
        await using MqttBroker broker = await MqttBroker.StartAsync(new MqttBrokerOptions
        {
            Listeners = ["mqtt://127.0.0.1:0"],
            AuthorizeSubscribe = (_, filter, _) => ValueTask.FromResult(filter.Filter.StartsWith("rooms/7/", StringComparison.Ordinal)),
        });

        DoctorRun run = await DoctorRun.RunAsync(broker.Addresses[0], topic: topic);

        Assert.Equal(exitCode, run.ExitCode);
        Assert.Contains(topic is null ? "give --topic" : topic, run["round"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, false, false, 0)]
    [InlineData(null, true, false, 0)]
    [InlineData(null, true, true, 0)]
    [InlineData("other", false, false, 6)]
    [InlineData("other", true, false, 6)]
    [InlineData("other", true, true, 6)]
    public async Task Silence_or_an_end_after_a_message_is_a_fault_only_if_the_user_named_the_topic(
        string? topic, bool ends, bool atSubscribe, int exitCode)
    {
        MqttBroker? broker = null;
        broker = await MqttBroker.StartAsync(new MqttBrokerOptions
        {
            Listeners = ["mqtt://127.0.0.1:0"],
            EndRefusedPublishers = ends,
            AuthorizePublish = (_, _, _) => ValueTask.FromResult(false),
            AuthorizeSubscribe = (client, _, _) =>
            {
                if (atSubscribe) broker!.Disconnect(client.ClientId);
                return ValueTask.FromResult(true);
            },
        });
        await using MqttBroker owned = broker;

        DoctorRun run = await DoctorRun.RunAsync(broker.Addresses[0], topic: topic, patience: ends ? 5 : 2);

        Assert.True(exitCode == run.ExitCode, run.ToString());
        Assert.Contains(topic is null ? "not allowed here" : topic, run["round"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "user name by -u")]
    [InlineData(false, "did not accept the client within 3 s")]
    public async Task A_silent_client_that_is_not_accepted_is_told_in_the_words_of_the_tool(bool isAnswered, string expected)
    {
        await using MqttBroker broker = await MqttBroker.StartAsync(new MqttBrokerOptions
        {
            Listeners = ["mqtt://127.0.0.1:0"],
            Authenticate = async (request, cancel) =>
            {
                if (request.KeepAlive != 1) return ConnectReturnCode.Accepted;
                if (!isAnswered) await Task.Delay(Timeout.InfiniteTimeSpan, cancel);
                return ConnectReturnCode.NotAuthorized;
            },
        });

        DoctorRun run = await DoctorRun.RunAsync(broker.Addresses[0], keepAlive: 1, patience: isAnswered ? 5 : 1.5);

        Assert.Equal(isAnswered ? ExitCode.ConnectRefused : ExitCode.NotConnected, run.ExitCode);
        Assert.Contains(expected, run["keepalive"], StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_server_that_ends_a_silent_client_watches_the_keep_alive()
    {
        await using MqttBroker broker = await MqttBroker.StartAsync(new MqttBrokerOptions { Listeners = ["ws://127.0.0.1:0/mqtt"] });

        DoctorRun run = await DoctorRun.RunAsync(broker.Addresses[0], keepAlive: 1);
        DoctorRun endless = await DoctorRun.RunAsync(broker.Addresses[0], keepAlive: 0); // for which no server ends a client

        Assert.Matches(@"^The server ended a silent client with keep alive 1 s after [123](\.\d)? s\.$", run["keepalive"]);
        Assert.Equal(ExitCode.ConnectionLost, endless.ExitCode);
        Assert.Contains("did not end the connection [MQTT-3.1.2-24]", endless["keepalive"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, 0, "The connection stood 0.3 s without data, and works.")]
    [InlineData(true, 6, "without data: use a keep alive below that")]
    public async Task A_connection_that_is_cut_while_idle_is_told(bool isCut, int exitCode, string expected)
    {
        using var over = new CancellationTokenSource();
        MqttBroker? broker = null;
        broker = await MqttBroker.StartAsync(new MqttBrokerOptions
        {
            Listeners = ["mqtt://127.0.0.1:0"],
            Authenticate = (request, cancel) =>
            {
                if (isCut && request.KeepAlive == 0) _ = Task.Run(() => CutAsync(broker!, request.ClientId, over.Token), cancel);
                return ValueTask.FromResult(ConnectReturnCode.Accepted);
            },
        });
        await using MqttBroker owned = broker;

        DoctorRun run = await DoctorRun.RunAsync(broker.Addresses[0], idle: isCut ? 30 : 0.3);
        await over.CancelAsync();

        Assert.Equal(exitCode, run.ExitCode);
        Assert.Contains(expected, run["idle"], StringComparison.Ordinal);
    }

    private static async Task CutAsync(MqttBroker broker, string clientId, CancellationToken over)
    {
        while (!over.IsCancellationRequested && !broker.Disconnect(clientId)) await Task.Yield(); // as soon as the broker knows it
    }
}
