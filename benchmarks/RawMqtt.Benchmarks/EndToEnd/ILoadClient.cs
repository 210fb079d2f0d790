// SPDX-License-Identifier: MIT

namespace RawMqtt.Benchmarks.EndToEnd;

/// <summary>Sees the payload of each message that came.</summary>
internal delegate void PayloadSink(ReadOnlySpan<byte> payload);

/// <summary>A client under load: the same few steps for each contestant.</summary>
internal interface ILoadClient : IAsyncDisposable
{
    Task ConnectAsync(string address);

    Task SubscribeAsync(int qos, PayloadSink sink);

    /// <summary>Publishes to the bench topic; completes as the contestant says.</summary>
    ValueTask PublishAsync(ReadOnlyMemory<byte> payload, int qos);

    /// <summary>When this completes, the broker has taken all that was sent before.</summary>
    Task PingAsync();
}
