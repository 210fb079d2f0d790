// SPDX-License-Identifier: MIT

namespace RawMqtt.Interop.Parts;

/// <summary>Waits for what no event tells, and leaves the processor to the programs that the test waits for.</summary>
internal static class Until
{
    /// <exception cref="OperationCanceledException">The condition did not come true within <see cref="RealProcess.Patience"/>.</exception>
    public static async Task TrueAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(RealProcess.Patience);
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!condition()) await tick.WaitForNextTickAsync(limit.Token);
    }
}
