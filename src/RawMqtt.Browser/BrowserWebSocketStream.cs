// SPDX-License-Identifier: MIT

using System.Runtime.InteropServices.JavaScript;
using System.Runtime.Versioning;
using System.Threading.Channels;

namespace RawMqtt.Browser;

/// <summary>A stream over the WebSocket of the page. Its messages are one stream of bytes. [MQTT-6.0.0-2]</summary>
/// <remarks>Nothing waits synchronously: a page has one thread, and events come on it.</remarks>
[SupportedOSPlatform("browser")]
internal sealed class BrowserWebSocketStream : Stream
{
    /// <summary>Bytes that came and were not read. A page cannot pause its WebSocket, so that more end the connection.</summary>
    private const long MostUnread = 16 << 20;

    /// <summary>Bytes that the browser holds, beyond which a write waits.</summary>
    private const int MostUnsent = 1 << 20;

    private static readonly TimeSpan SendingTick = TimeSpan.FromMilliseconds(10);

    private readonly string url;
    private readonly JSObject socket;
    private readonly Channel<byte[]> received = Channel.CreateUnbounded<byte[]>(new() { SingleReader = true, SingleWriter = true });
    private readonly TaskCompletionSource opened = new();
    private ReadOnlyMemory<byte> rest;
    private long unread;
    private bool isDisposed;

    private BrowserWebSocketStream(string url, JSObject socket)
    {
        this.url = url;
        this.socket = socket;
        Listen("open", _ => HasOpened());
        Listen("message", Received);
        Listen("close", Closed);
    }

    public override bool CanRead => true;

    public override bool CanWrite => true;

    public override bool CanSeek => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Opens a WebSocket, and returns when it is open.</summary>
    /// <exception cref="MqttException">It does not open.</exception>
    public static async Task<Stream> OpenAsync(string url, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        BrowserWebSocketStream stream;
        try
        {
            stream = new BrowserWebSocketStream(url, JsWebSocket.Open(url));
        }
        catch (JSException failure)
        {
            throw BrowserFaults.NotAllowed(url, failure);
        }

        try
        {
            await stream.opened.Task.WaitAsync(cancellationToken).ConfigureAwait(true);
            return stream;
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(true);
            throw;
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (rest.IsEmpty)
        {
            if (received.Reader.TryRead(out byte[]? message)) rest = message;
            else if (!await received.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(true)) return 0;
        }

        int length = Math.Min(rest.Length, buffer.Length);
        rest[..length].CopyTo(buffer);
        rest = rest[length..];
        unread -= length;
        return length;
    }

    /// <summary>Sends one binary message, and waits while the browser holds much. [MQTT-6.0.0-1] A closing socket drops it: reading tells why.</summary>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(isDisposed, this);
        JsWebSocket.Send(socket, buffer.ToArray());
        while (!isDisposed && !received.Reader.Completion.IsCompleted && socket.GetPropertyAsInt32("bufferedAmount") > MostUnsent)
            await Task.Delay(SendingTick, cancellationToken).ConfigureAwait(true);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
        // the browser sends by itself
    }

    public override int Read(byte[] buffer, int offset, int count) => throw NotSynchronously();

    public override void Write(byte[] buffer, int offset, int count) => throw NotSynchronously();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Begins the closing handshake. What was written before still arrives.</summary>
    protected override void Dispose(bool disposing)
    {
        if (!disposing || isDisposed) return;
        isDisposed = true;
        received.Writer.TryComplete();
        JsWebSocket.Close(socket, 1000, "");
        base.Dispose(disposing);
    }

    private void Listen(string name, Action<JSObject> function) => JsWebSocket.Listen(socket, name, happened =>
    {
        using (happened) function(happened);
    });

    private void HasOpened()
    {
        if (socket.GetPropertyAsString("protocol") == "mqtt") opened.TrySetResult();                                // [MQTT-6.0.0-4]
        else opened.TrySetException(BrowserFaults.WithoutSubprotocol(url));
    }

    private void Received(JSObject message)
    {
        if (isDisposed) return;
        byte[]? bytes = JsWebSocket.DataOf(message);
        if (bytes is null)
        {
            End(BrowserFaults.Text());
            return;
        }

        unread += bytes.Length;
        if (unread > MostUnread) End(BrowserFaults.TooFarBehind(MostUnread));
        else received.Writer.TryWrite(bytes);
    }

    private void Closed(JSObject close)
    {
        opened.TrySetException(BrowserFaults.NotOpened(url));
        received.Writer.TryComplete(BrowserFaults.Ended(close.GetPropertyAsInt32("code"), close.GetPropertyAsString("reason") ?? ""));
    }

    private void End(MqttException fault)
    {
        received.Writer.TryComplete(fault);
        JsWebSocket.Close(socket, 1000, "");
    }

    private static NotSupportedException NotSynchronously() => new("A page has one thread and cannot wait: use the asynchronous members.");
}
