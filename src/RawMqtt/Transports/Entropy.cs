// SPDX-License-Identifier: MIT

using System.Security.Cryptography;

namespace RawMqtt.Transports;

/// <summary>Gives bytes that no peer can predict: for mask keys, handshake keys, client identifiers and seeds.</summary>
/// <remarks>
/// On Linux they come from <c>/dev/urandom</c>, because the framework's generator loads libssl and libcrypto; elsewhere from that generator.
/// It fails closed: if there are no such bytes, the call throws, and nothing is filled with weaker ones.
/// </remarks>
public static class Entropy
{
    private static EntropyDevice? device;

    /// <summary>Fills a span with random bytes. Threads may call it at the same time.</summary>
    /// <exception cref="IOException">The system's generator cannot be opened or read. The next call tries again.</exception>
    public static void Fill(Span<byte> bytes)
    {
        if (!OperatingSystem.IsLinux())
        {
            RandomNumberGenerator.Fill(bytes);
            return;
        }

        (Volatile.Read(ref device) ?? Open()).Fill(bytes);
    }

    /// <summary>Returns hexadecimal digits in lower case, an even number of them.</summary>
    internal static string NewDigits(int count)
    {
        Span<byte> bytes = stackalloc byte[count / 2];
        Fill(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    private static EntropyDevice Open()
    {
        var opened = new EntropyDevice("/dev/urandom");
        if (Interlocked.CompareExchange(ref device, opened, null) is not { } first) return opened;
        opened.Dispose();
        return first;
    }
}
