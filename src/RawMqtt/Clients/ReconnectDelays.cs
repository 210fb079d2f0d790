// SPDX-License-Identifier: MIT

namespace RawMqtt.Clients;

/// <summary>Draws the delay before the next attempt: exponential with full jitter, so that many clients do not come back at the same moment.</summary>
/// <param name="first">The bound of the first delay.</param>
/// <param name="longest">The bound that it doubles up to.</param>
/// <param name="random">Draws from 0 up to 1, 1 excluded.</param>
internal sealed class ReconnectDelays(TimeSpan first, TimeSpan longest, Func<double> random)
{
    /// <summary>A connection that lived this long counts as a success: the back-off starts over.</summary>
    public static readonly TimeSpan ProvenLife = TimeSpan.FromSeconds(10);

    /// <summary>After this many connections in a row that were accepted and then closed at once, another client with the same identifier is the likely
    /// cause.</summary>
    public const int KickLimit = 3;

    private int failures;
    private int attempts;

    /// <summary>The number of attempts since the last success.</summary>
    public int Failures => failures;

    /// <summary>The number of the next attempt: 1 for the first since the server accepted a connection.</summary>
    public int NextAttempt => attempts + 1;

    /// <summary>The number of connections in a row that the server accepted and closed too soon to be a success.</summary>
    public int Kicks { get; private set; }

    /// <summary>Counts an attempt that failed before CONNACK accepted.</summary>
    public void Failed()
    {
        failures++;
        attempts++;
    }

    /// <summary>Counts a connection that ended after CONNACK had accepted.</summary>
    public void Lost(TimeSpan lived)
    {
        attempts = 0;
        bool hasLived = lived >= ProvenLife;
        failures = hasLived ? 1 : failures + 1;
        Kicks = hasLived ? 0 : Kicks + 1;
    }

    /// <summary>Draws the delay before the next attempt. [WS-7.2.3-2] [WS-7.2.3-3]</summary>
    public TimeSpan Next()
    {
        double bound = Math.Min(longest.TotalSeconds, first.TotalSeconds * Math.Pow(2, Math.Min(failures - 1, 30)));
        return TimeSpan.FromSeconds(bound * random());
    }
}
