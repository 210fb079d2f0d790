// SPDX-License-Identifier: MIT

using System.CommandLine;
using System.Text;
using RawMqtt.Codec;
using RawMqtt.Explain;

namespace RawMqtt.Cli;

/// <summary><c>rawmqtt demo</c>: runs a broker and a client in one process, and shows what they send.</summary>
internal static class DemoCommand
{
    private const string Topic = "testtopic";
    private const string Text = "ws connection demo...!";

    private static readonly Option<bool> Trace = new("--trace")
    {
        Description = "Explain every byte, and show QoS 0, 1 and 2 and a ping too.",
    };

    private static readonly Option<bool> TraceSecrets = new("--trace-secrets") { Description = "Like --trace, with passwords shown." };
    private static readonly Option<string?> Id = new("--id", "-i") { Description = "The client identifier; random when not given.", HelpName = "ID" };

    private static readonly Option<bool> NoTimes = new("--no-times") { Description = "Leave out the time of day, as in spec-notes/tour.md." };

    public static Command Create()
    {
        var command = new Command("demo", "Show each step of a broker and a client in one process, and the bytes between them.")
        {
            Trace, TraceSecrets, NoTimes, Id,
        };
        command.SetAction((parsed, cancellationToken) =>
        {
            var trace = new WireTrace(Terminal.Out, MqttRole.Client)
            {
                IsLong = parsed.GetValue(Trace) || parsed.GetValue(TraceSecrets),
                ShowsSecrets = parsed.GetValue(TraceSecrets),
                HasTimes = !parsed.GetValue(NoTimes),
            };
            return RunAsync(trace, parsed.GetValue(Id), Terminal.Out, cancellationToken);
        });
        return command;
    }

    /// <summary>Runs all steps in order; each ends when its last packet was seen.</summary>
    public static async Task<int> RunAsync(WireTrace trace, string? id, TextWriter output, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        try
        {
            await RunStepsAsync(trace, id, output, limit.Token);
            return ExitCode.Done;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Tool.Fail(ExitCode.ConnectionLost, "the demo was not done within 20 s.");
        }
    }

    private static async Task RunStepsAsync(WireTrace trace, string? id, TextWriter output, CancellationToken cancellationToken)
    {
        int number = 0;
        void Step(string what) => output.WriteLine($"{(number == 0 ? "" : Environment.NewLine)}{++number}. {what}");

        await using MqttBroker broker = await MqttBroker.StartAsync(new MqttBrokerOptions { Listeners = ["ws://127.0.0.1:0/mqtt"] }, cancellationToken);
        Step($"A broker listens on {broker.Addresses[0]}.");

        Step("A client connects: the WebSocket handshake first, then CONNECT and CONNACK in frames.");
        MqttClientOptions options = OptionsFor(broker.Addresses[0], trace);
        await using MqttClient client = await MqttClient.ConnectAsync(id is null ? options : options with { ClientId = id }, cancellationToken);

        Step($"It subscribes to {Topic}.");
        QualityOfService highest = trace.IsLong ? QualityOfService.ExactlyOnce : QualityOfService.AtMostOnce;
        MqttSubscription messages = await client.SubscribeAsync(Topic, highest, cancellationToken);
        await using IAsyncEnumerator<MqttMessage> received = messages.GetAsyncEnumerator(cancellationToken);

        for (QualityOfService qos = 0; qos <= highest; qos++)
        {
            Step($"It publishes \"{Text}\" at QoS {(int)qos}, and the broker sends the message to the subscriber: itself.");
            Task last = LastPacketAsync(trace, qos);
            await client.PublishAsync(Topic, Text, qos, cancellationToken: cancellationToken);
            await received.MoveNextAsync();
            await last.WaitAsync(cancellationToken);
            output.WriteLine($"received {received.Current.Topic}: {received.Current.PayloadText}");
        }

        if (trace.IsLong)
        {
            Step("It asks whether the broker is still there, as it would after 60 s of silence.");
            await client.PingAsync(cancellationToken);
        }

        Step($"It unsubscribes from {Topic}.");
        await messages.DisposeAsync();

        Step("It disconnects: DISCONNECT, so that the broker does not publish the Will, and the Close frames of both ends.");
        await client.DisconnectAsync(cancellationToken: cancellationToken);
        await broker.StopAsync(cancellationToken);
        output.WriteLine($"{Environment.NewLine}Done.");
    }

    /// <summary>Returns the options that the examples of JavaScript clients use.</summary>
    private static MqttClientOptions OptionsFor(string address, WireTrace trace) => new()
    {
        Address = address,
        CleanSession = true,
        KeepAlive = TimeSpan.FromSeconds(60),
        ConnectTimeout = TimeSpan.FromSeconds(30),
        ReconnectDelay = TimeSpan.FromSeconds(1),
        Will = new MqttWill("WillMsg", Encoding.UTF8.GetBytes("Connection Closed abnormally..!"), QualityOfService.AtMostOnce, Retain: false),
        Tap = trace.Tap,
    };

    /// <summary>Waits for the last packet that a message needs to reach the subscriber: PUBLISH, PUBACK or PUBCOMP.</summary>
    private static Task LastPacketAsync(WireTrace trace, QualityOfService qos) => qos switch
    {
        QualityOfService.AtMostOnce => Task.CompletedTask,
        QualityOfService.AtLeastOnce => trace.SeenAsync(MqttTapDirection.Sent, unit => unit.Title.StartsWith("PUBACK", StringComparison.Ordinal)),
        _ => trace.SeenAsync(MqttTapDirection.Sent, unit => unit.Title.StartsWith("PUBCOMP", StringComparison.Ordinal)),
    };
}
