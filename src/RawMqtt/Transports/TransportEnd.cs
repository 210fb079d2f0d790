// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Net.Security;
using System.Net.Sockets;

namespace RawMqtt.Transports;

/// <summary>
/// Ends a transport so that the last bytes reach the peer. Closing a socket with unread bytes in it makes the system send
/// a reset, and the reset destroys what the peer has not read yet: so the send side is shut, what still comes is thrown away for a while,
/// and only then the socket is closed. RFC 6455 7.1.1
/// </summary>
internal static class TransportEnd
{
    /// <summary>How long the peer's last words are waited for.</summary>
    public static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(1);

    /// <summary>Bytes that are read and discarded at most after the end.</summary>
    public const int MaxDrained = 256 * 1024;

    /// <summary>Tells the peer that nothing more comes: a FIN, or TLS's close_notify, which may take a second at most. Other streams have no such
    /// half.</summary>
    public static async ValueTask ShutDownSendingAsync(Stream stream)
    {
        while (stream is TapStream tap)
            stream = tap.Inner;
        try
        {
            if (stream is NetworkStream network) network.Socket.Shutdown(SocketShutdown.Send);
            else if (TlsSupport.IsSupported && stream is SslStream tls) await tls.ShutdownAsync().WaitAsync(DrainTime).ConfigureAwait(false);
        }
        catch (Exception e) when (IsEnd(e) || e is TimeoutException)
        {
            // the peer was first, or does not read
        }
    }

    /// <summary>Reads and discards until the peer ends, for at most a second and 256 KB.</summary>
    public static async ValueTask DrainAsync(Stream stream)
    {
        using var deadline = new CancellationTokenSource(DrainTime);
        byte[] scratch = ArrayPool<byte>.Shared.Rent(16 * 1024);
        try
        {
            int left = MaxDrained;
            while (left > 0)
            {
                int read = await stream.ReadAsync(scratch, deadline.Token).ConfigureAwait(false);
                if (read == 0) break;
                left -= read;
            }
        }
        catch (Exception e) when (IsEnd(e))
        {
            // a reset or the deadline: there is nothing left to save
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(scratch);
        }
    }

    /// <summary>The ways in which a transport says that it is over.</summary>
    public static bool IsEnd(Exception e) =>
        e is IOException or SocketException or ObjectDisposedException or OperationCanceledException or InvalidOperationException;
}
