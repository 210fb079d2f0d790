// SPDX-License-Identifier: MIT

namespace RawMqtt.Tests.Clients;

/// <summary>A line that needs longer for a packet than the keep alive.</summary>
public class SlowLineTests
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    private static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    [Theory]
    [InlineData(true, 40_000)]
    [InlineData(false, 40_000)]
    [InlineData(false, 10_000)]
    public async Task A_packet_that_leaves_for_longer_than_the_keep_alive_arrives_on_the_first_connection(bool buffersAll, int bytesPerSecond)
    {
        var time = new ManualTime();
        var line = new SlowLine(buffersAll);
        int connections = 0;
        await using var client = new MqttClient(new MqttClientOptions
        {
            TimeProvider = time,
            KeepAlive = TimeSpan.FromSeconds(4),
            ConnectStream = (_, _) =>
            {
                connections++;
                return ValueTask.FromResult<Stream>(line);
            },
        });
        await OpenAsync(client, line);
        Task publish = client.PublishAsync("a", new byte[500_000], QualityOfService.AtLeastOnce).AsTask();
        int seconds = await CarryUntilAsync(() => line.Published > 0, line, time, bytesPerSecond);
        await publish.WaitAsync(Soon);

        Assert.InRange(seconds, 500_000 / bytesPerSecond, 500_000 / bytesPerSecond + 2);
        Assert.Equal((1, MqttClientState.Connected), (connections, client.State));
        Assert.InRange(line.LargestWrite, 1, 256 * 1024);
    }

    [Fact]
    public async Task A_line_that_stands_still_is_given_up()
    {
        var time = new ManualTime();
        var line = new SlowLine(buffersAll: false);
        await using var client = new MqttClient(new MqttClientOptions
        {
            TimeProvider = time,
            KeepAlive = TimeSpan.FromSeconds(4),
            ReconnectDelay = TimeSpan.Zero,
            ConnectStream = (_, _) => ValueTask.FromResult<Stream>(line),
        });
        await OpenAsync(client, line);
        Task publish = client.PublishAsync("a", new byte[500_000], QualityOfService.AtLeastOnce).AsTask();
        int seconds = await CarryUntilAsync(() => line.IsGivenUp, line, time, bytesPerSecond: 0);

        Assert.InRange(seconds, 35, 37); // the ping timeout, and what a slow line needs for 256 KiB
        await Assert.ThrowsAsync<MqttException>(() => publish.WaitAsync(Soon));
        Assert.Equal(MqttErrorCode.KeepAliveExpired, client.LastFault!.Code);
    }

    /// <summary>Opens the client while time stands still.</summary>
    private static async Task OpenAsync(MqttClient client, SlowLine line)
    {
        Task opening = client.OpenAsync(Soon);
        while (!opening.IsCompleted)
        {
            line.Carry(1000);
            await TurnOfPoolAsync();
        }

        await opening;
    }

    /// <summary>Time passes, and the line carries; returns the seconds.</summary>
    private static async Task<int> CarryUntilAsync(Func<bool> isOver, SlowLine line, ManualTime time, int bytesPerSecond)
    {
        int steps = 0;
        for (; !isOver(); steps++)
        {
            Assert.InRange(steps, 0, 10_000);
            time.Advance(Step);
            line.Carry(bytesPerSecond / 10);
            do await TurnOfPoolAsync();
            while (!line.IsReaderWaiting && !isOver()); // it has what came
        }

        return steps / 10;
    }

    /// <summary>What was left to the thread pool has its turn first.</summary>
    private static Task TurnOfPoolAsync()
    {
        var turn = new TaskCompletionSource();
        ThreadPool.UnsafeQueueUserWorkItem(static turn => turn.SetResult(), turn, preferLocal: false);
        return turn.Task;
    }
}
