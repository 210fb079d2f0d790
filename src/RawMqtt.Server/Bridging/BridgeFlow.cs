// SPDX-License-Identifier: MIT

using System.Threading.Channels;

namespace RawMqtt.Server.Bridging;

/// <summary>Passes messages on, one way: each is acknowledged to the broker that it came from when the other one has acknowledged it, in order.</summary>
/// <param name="source">The messages, acknowledged by hand.</param>
/// <param name="routes">Their topics at the other broker.</param>
/// <param name="only">The rule whose messages these are; null for all. Those that an earlier rule takes are left to that.</param>
/// <param name="target">The client at the broker that gets them.</param>
/// <param name="maxInFlight">The most messages that wait for the target.</param>
/// <param name="figures">Counts them.</param>
/// <param name="isTooOld">Returns whether the message of this number, from 1, has waited for too long; null: none has.</param>
internal sealed class BridgeFlow(
    MqttSubscription source, BridgeRoutes routes, MqttBridgeRule? only, MqttClient target, int maxInFlight, BridgeFigures figures,
    Func<long, bool>? isTooOld = null)
{
    private readonly Channel<Passed> underWay =
        Channel.CreateBounded<Passed>(new BoundedChannelOptions(maxInFlight) { SingleReader = true, SingleWriter = true });

    private volatile bool takesQos2 = true;
    private long taken;
    private long settled;

    /// <summary>Gets the number of messages at QoS 1 and 2 that have been acknowledged.</summary>
    public long Settled => Interlocked.Read(ref settled);

    /// <summary>Runs until the source ends.</summary>
    public Task RunAsync() => Task.WhenAll(ReadAsync(), SettleAsync());

    private async Task ReadAsync()
    {
        try
        {
            await foreach (MqttMessage message in source.WithCancellation(CancellationToken.None).ConfigureAwait(false))
            {
                Passed passed = Pass(message);
                if (!underWay.Writer.TryWrite(passed)) await underWay.Writer.WriteAsync(passed).ConfigureAwait(false);
            }
        }
        finally
        {
            underWay.Writer.Complete();
        }
    }

    private Passed Pass(MqttMessage message)
    {
        if (message.Qos > QualityOfService.AtMostOnce && isTooOld?.Invoke(++taken) == true)
        {
            figures.CountExpired(message);
            return new Passed(message, default, IsSent: false);
        }

        BridgeRoute? route = routes.Find(message.Topic);
        if (route is null || (only is not null && only != route.Rule)) return new Passed(message, default, IsSent: false);
        QualityOfService qos = message.Qos < route.Rule.Qos ? message.Qos : route.Rule.Qos;
        if (qos == QualityOfService.ExactlyOnce && !takesQos2) qos = QualityOfService.AtLeastOnce;
        try
        {
            return new Passed(message, target.PublishAsync(route.Topic, message.Payload, qos, message.Retain), IsSent: true);
        }
        catch (ArgumentException e) // the new topic is too long
        {
            return new Passed(message, ValueTask.FromException(e), IsSent: true);
        }
    }

    private async Task SettleAsync()
    {
        await foreach (Passed passed in underWay.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                await passed.Sent.ConfigureAwait(false);
                if (passed.IsSent) figures.CountPassed(passed.Message);
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
            if (passed.Message.Qos > QualityOfService.AtMostOnce) Interlocked.Increment(ref settled);
        }
    }

    private readonly record struct Passed(MqttMessage Message, ValueTask Sent, bool IsSent);
}
