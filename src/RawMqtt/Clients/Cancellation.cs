// SPDX-License-Identifier: MIT

namespace RawMqtt.Clients;

/// <summary>Cancels a source whose token the application may have registered with, and ignores what its callbacks throw.</summary>
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
            // every callback has run
        }
    }
}
