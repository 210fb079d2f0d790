// SPDX-License-Identifier: MIT

using System.CommandLine;
using RawMqtt.Cli;
using RawMqtt.Codec;
using RawMqtt.Tests.Clients;
using RawMqtt.WebSockets;

namespace RawMqtt.Tests.Cli;

/// <summary><c>rawmqtt sub</c> ends when the server takes its subscription back.</summary>
public class SubscriptionEndTests
{
    [Fact]
    public async Task Sub_ends_when_the_repeated_SUBSCRIBE_is_refused()
    {
        await using var server = new SmallServer();
        server.Answer = (packet, output) =>
        {
            if (packet.Header.Type == PacketType.PingReq && server.Connections == 1) return false;
            if (packet.Header.Type != PacketType.Subscribe || server.Connections == 1) return SmallServer.AcknowledgeAll(packet, output);
            SubscribePacket.TryRead(packet.Body, out SubscribePacket subscribe, out _);
            output.Write(new SubAckPacket { PacketId = subscribe.PacketId, ReturnCodes = [SubAckPacket.Failure] });
            return true;
        };
        MqttException end = await EndOfSubAsync(server.Address);
        Assert.Contains("0x80", end.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sub_ends_when_the_repeated_SUBSCRIBE_is_given_up()
    {
        ClosingServer? server = null;
        await using ClosingServer started = server = new ClosingServer(
            "ws",
            packet => packet.Header.Type == (server!.Connections == 1 ? PacketType.PingReq : PacketType.Subscribe))
        {
            Code = CloseCode.PolicyViolation,
        }.Start();
        MqttException end = await EndOfSubAsync(server.ClientOptions.Address);
        Assert.Contains("SUBSCRIBE of \"a\"", end.Message, StringComparison.Ordinal);
    }

    private static async Task<MqttException> EndOfSubAsync(string url)
    {
        var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
        Task<int> sub = Tool.Create().Parse(["sub", "--url", url, "-t", "a", "-k", "1"]).InvokeAsync(configuration, TestContext.Current.CancellationToken);
        MqttException end = await Assert.ThrowsAsync<MqttException>(() => sub.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        Assert.Equal(ExitCode.SubscriptionRefused, ExitCode.Of(end.Code));
        return end;
    }
}
