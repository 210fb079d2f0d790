// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Cli;
using RawMqtt.Codec;

namespace RawMqtt.Tests.Cli;

public class RetainedMessagesTests
{
    /// <summary>SUBACK and PINGRESP take longer than the silence, and a message comes behind them.</summary>
    [Fact]
    public async Task The_silence_begins_with_the_answer_to_the_ping()
    {
        var time = new ManualTime();
        var came = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var peer = new ScriptedPeer();
        Task<MqttClient> connecting = MqttClient.ConnectAsync(peer.ClientOptions(), TestContext.Current.CancellationToken);
        ScriptedConnection broker = await peer.AcceptClientAsync();
        await using MqttClient client = await connecting;
        MqttMessageReceiver take = (in MqttMessageView message) => came.TrySetResult(Encoding.UTF8.GetString(message.Topic));
        Task finding = RetainedMessages.FindAsync(client, ["#"], TimeSpan.FromSeconds(1), take, time, TestContext.Current.CancellationToken);

        ReceivedPacket subscribe = await broker.ExpectAsync(PacketType.Subscribe);
        time.Advance(TimeSpan.FromSeconds(5));
        broker.Answer(subscribe);
        broker.Answer(await broker.ExpectAsync(PacketType.PingReq));
        Task<ReceivedPacket> ending = broker.ExpectAsync(PacketType.Unsubscribe);
        broker.Send(new PublishPacket { Topic = "late"u8, Payload = "x"u8, Retain = true });

        Assert.Equal("late", await came.Task.WaitAsync(TimeSpan.FromSeconds(60)));
        Assert.False(ending.IsCompleted);
        await time.AdvanceUntil(ending);
        broker.Answer(await ending);
        await finding;
    }
}
