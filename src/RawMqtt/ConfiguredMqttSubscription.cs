// SPDX-License-Identifier: MIT

using System.Runtime.CompilerServices;

namespace RawMqtt;

/// <summary>A <see cref="MqttSubscription"/> whose awaits continue as its caller chose, for <c>await foreach</c> and <c>await using</c>.</summary>
public readonly struct ConfiguredMqttSubscription
{
    private readonly MqttSubscription subscription;
    private readonly bool continueOnCapturedContext;

    internal ConfiguredMqttSubscription(MqttSubscription subscription, bool continueOnCapturedContext)
    {
        this.subscription = subscription;
        this.continueOnCapturedContext = continueOnCapturedContext;
    }

    /// <summary>Returns the messages from now on, as <see cref="MqttSubscription.GetAsyncEnumerator"/> does.</summary>
    public ConfiguredCancelableAsyncEnumerable<MqttMessage>.Enumerator GetAsyncEnumerator() => WithCancellation(CancellationToken.None).GetAsyncEnumerator();

    /// <summary>Returns the messages from now on, until the token is cancelled.</summary>
    public ConfiguredCancelableAsyncEnumerable<MqttMessage> WithCancellation(CancellationToken cancellationToken) =>
        subscription.WithCancellation(cancellationToken).ConfigureAwait(continueOnCapturedContext);

    /// <summary>Ends the stream, as <see cref="MqttSubscription.DisposeAsync"/> does.</summary>
    public ConfiguredValueTaskAwaitable DisposeAsync() => subscription.DisposeAsync().ConfigureAwait(continueOnCapturedContext);
}
