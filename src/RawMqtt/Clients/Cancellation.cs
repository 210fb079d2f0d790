// SPDX-License-Identifier: MIT

namespace RawMqtt.Clients;

/// <summary>Cancels a token that code of the application may have registered with: what that throws is its own affair, and ends nothing else.</summary>
internal static class Cancellation
{
    public static void CancelQuietly(this CancellationTokenSource source)
    {
        try
        {
            source.Cancel();
        }
        catch (AggregateException)
        {
            // all others that had registered were told
        }
    }
}
