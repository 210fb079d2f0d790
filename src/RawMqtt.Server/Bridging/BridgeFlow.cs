// SPDX-License-Identifier: MIT

using System.Threading.Channels;

namespace RawMqtt.Server.Bridging;

/// <summary>Passes the messages of one rule on, one way: each is acknowledged to the broker that it came from when the other one has acknowledged it, in
/// order.</summary>
/// <param name="source">The messages, acknowledged by hand.</param>
/// <param name="target">The client at the broker that gets them.</param>
/// <param name="change">What stands before their topics, and what stands there instead.</param>
/// <param name="maxInFlight">The most messages that wait for the target.</param>
/// <param name="figures">Counts them.</param>
internal sealed class BridgeFlow(MqttSubscription source, MqttClient target, PrefixChange change, int maxInFlight, BridgeFigures figures)
{
    private readonly Channel<Passed> underWay =
        Channel.CreateBounded<Passed>(new BoundedChannelOptions(maxInFlight) { SingleReader = true, SingleWriter = true });

    private volatile bool takesQos2 = true;

    /// <summary>Runs until the source ends.</summary>
    public Task RunAsync() => Task.WhenAll(ReadAsync(), SettleAsync());

    private async Task ReadAsync()
    {
        try
        {
            await foreach (MqttMessage message in source.WithCancellation(CancellationToken.None).ConfigureAwait(false))
            {
                ValueTask sent;
                try
                {
                    QualityOfService qos = takesQos2 || message.Qos < QualityOfService.ExactlyOnce ? message.Qos : QualityOfService.AtLeastOnce;
                    sent = target.PublishAsync(change.Apply(message.Topic), message.Payload, qos, message.Retain);
                }
                catch (ArgumentException e) // the new topic is too long
                {
                    sent = ValueTask.FromException(e);
                }

                await underWay.Writer.WriteAsync(new Passed(message, sent)).ConfigureAwait(false);
            }
        }
        finally
        {
            underWay.Writer.Complete();
        }
    }

    private async Task SettleAsync()
    {
        await foreach (Passed passed in underWay.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                await passed.Sent.ConfigureAwait(false);
                figures.CountPassed(passed.Message);
            }
            catch (MqttException e) when (e.Code is MqttErrorCode.Disposed or MqttErrorCode.NotConnected or MqttErrorCode.SessionFileFailed)
            {
                continue; // not acknowledged: it comes again when the bridge is started again
            }
            catch (MqttException e) when (e.Code == MqttErrorCode.QosDowngraded) // the far broker has it
            {
                takesQos2 = false;
                figures.CountPassed(passed.Message);
                figures.NoteDowngrade();
            }
            catch (Exception e) when (e is MqttException or ArgumentException) // final for this message
            {
                figures.CountDropped(passed.Message, e);
            }

            passed.Message.Acknowledge();
        }
    }

    private readonly record struct Passed(MqttMessage Message, ValueTask Sent);
}
