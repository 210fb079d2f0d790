// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Text;
using RawMqtt.WebSockets;

namespace RawMqtt.Transports;

/// <summary>The opening handshake, RFC 6455 section 4, over a stream.</summary>
internal static class OpeningHandshake
{
    private const int MaxBody = 1024;

    /// <summary>See <see cref="WebSocketStream.ConnectAsync"/>.</summary>
    public static async Task<WebSocketStream> ConnectAsync(Stream inner, ClientHandshake request, bool acceptsText, CancellationToken cancellationToken)
    {
        byte[] key = ClientHandshake.CreateKey(Entropy.Fill);
        var written = new ArrayBufferWriter<byte>(512);
        request.WriteRequest(key, written);                                             // [WS-4.1-1]
        await inner.WriteAsync(written.WrittenMemory, cancellationToken).ConfigureAwait(false);
        await inner.FlushAsync(cancellationToken).ConfigureAwait(false);

        // Nothing more is sent until the answer has come. [WS-4.1-28]
        var response = new UpgradeResponse(request, key);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(HttpHead.MaxResponseSize);
        try
        {
            int received = 0;
            int consumed;
            OperationStatus status;
            while ((status = response.TryRead(buffer.AsSpan(0, received), out consumed)) == OperationStatus.NeedMoreData)
            {
                int read = await inner.ReadAsync(buffer.AsMemory(received), cancellationToken).ConfigureAwait(false);
                if (read == 0)
                    throw new WebSocketHandshakeException("The server closed the connection in the middle of the opening handshake.") { Rule = "WS-4.1-35" };
                received += read;
            }

            if (status != OperationStatus.Done)
                throw await RefusedAsync(inner, response, buffer, consumed, received, cancellationToken).ConfigureAwait(false);
            byte[] early = buffer.AsSpan(consumed, received - consumed).ToArray();
            return new WebSocketStream(inner, WebSocketRole.Client, early, acceptsText) { Subprotocol = response.Subprotocol };
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>See <see cref="WebSocketStream.AcceptAsync"/>.</summary>
    public static async Task<WebSocketStream?> AcceptAsync(
        Stream inner, ServerHandshakeOptions options, bool acceptsText, CancellationToken cancellationToken)
    {
        var handshake = new ServerHandshake(options);
        var answer = new ArrayBufferWriter<byte>(256);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(HttpHead.MaxRequestSize);
        try
        {
            int received = 0;
            int consumed;
            OperationStatus status;
            while ((status = handshake.TryRead(buffer.AsSpan(0, received), out consumed, answer)) == OperationStatus.NeedMoreData)
            {
                int read = await inner.ReadAsync(buffer.AsMemory(received), cancellationToken).ConfigureAwait(false);
                if (read == 0) return null; // [WS-7.2.2-1]
                received += read;
            }

            if (handshake.Refusal is { } refusal) options.Refused?.Invoke(refusal);
            await inner.WriteAsync(handshake.Refusal?.Answer ?? answer.WrittenMemory, cancellationToken).ConfigureAwait(false);
            await inner.FlushAsync(cancellationToken).ConfigureAwait(false);
            if (status == OperationStatus.Done)                                         // [WS-4.2.2-16]
            {
                byte[] early = buffer.AsSpan(consumed, received - consumed).ToArray();
                return new WebSocketStream(inner, WebSocketRole.Server, early, acceptsText)
                {
                    Request = handshake.Accepted,
                    Subprotocol = handshake.Accepted!.Subprotocol,
                };
            }

            await TransportEnd.ShutDownSendingAsync(inner).ConfigureAwait(false);
            await TransportEnd.DrainAsync(inner).ConfigureAwait(false);
            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task<WebSocketHandshakeException> RefusedAsync(
        Stream inner, UpgradeResponse response, byte[] buffer, int bodyStart, int received, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(TransportEnd.DrainTime);
        byte[] body = new byte[MaxBody];
        var framing = new HttpBody(response);
        int start = response.Status == 0 ? 0 : bodyStart;   // what is no answer is kept as it is
        bool hasBody = response.Status != 0 && bodyStart > 0;   // a head without an end has none
        int length = response.Status == 0 ? received : hasBody ? framing.Take(buffer.AsSpan(start, received - start)) : 0;
        length = Math.Min(length, MaxBody);
        buffer.AsSpan(start, length).CopyTo(body);
        try
        {
            while (hasBody && !framing.HasEnded && length < MaxBody)
            {
                int read = await inner.ReadAsync(body.AsMemory(length), deadline.Token).ConfigureAwait(false);
                if (read == 0) break;
                length += framing.Take(body.AsSpan(length, read));
            }
        }
        catch (Exception e) when (TransportEnd.IsEnd(e))
        {
            // what came of the body is enough
        }

        return new WebSocketHandshakeException($"The WebSocket was not opened: {response.Failure}.")
        {
            StatusCode = response.Status == 0 ? null : response.Status,
            Reason = response.Reason,
            Headers = response.Fields,
            Body = (response.Status == 0 ? Encoding.Latin1 : Encoding.UTF8).GetString(body, 0, length), // what is not HTTP is bytes
            Rule = response.Rule,
        };
    }
}
