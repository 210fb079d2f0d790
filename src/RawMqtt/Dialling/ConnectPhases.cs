// SPDX-License-Identifier: MIT

using System.Globalization;

namespace RawMqtt.Dialling;

/// <summary>Measures the phases of making a connection, one after the other, to tell which of them is slow.</summary>
internal sealed class ConnectPhases(TimeProvider time)
{
    private readonly List<string> over = [];
    private readonly long start = time.GetTimestamp();
    private string name = "";
    private string waitedFor = "";
    private string advice = "";
    private long since;

    /// <summary>Returns the phases that have ended, such as <c>name service 1.2 ms, TCP 0.4 ms</c>.</summary>
    public override string ToString() => string.Join(", ", over);

    /// <summary>Begins a phase, which ends the previous one.</summary>
    /// <param name="phase">The name in the list of phases.</param>
    /// <param name="awaited">What the client waits for, for the message of a timeout.</param>
    /// <param name="likelyCause">A sentence about why the phase may take long.</param>
    public void Begin(string phase, string awaited, string likelyCause)
    {
        End();
        (name, waitedFor, advice, since) = (phase, awaited, likelyCause, time.GetTimestamp());
    }

    /// <summary>Ends the last phase.</summary>
    /// <returns>The time of all phases together.</returns>
    public TimeSpan End()
    {
        if (name.Length > 0) over.Add($"{name} {Milliseconds(time.GetElapsedTime(since))}");
        name = "";
        return time.GetElapsedTime(start);
    }

    /// <summary>Returns the exception for a timeout in the current phase.</summary>
    public MqttException TimedOut(string to, TimeSpan timeout) => new(MqttErrorCode.ConnectTimeout,
        $"No connection{to} within {timeout.TotalSeconds:0.###} s: still waiting for {waitedFor}{(over.Count == 0 ? "" : $", after {this}")}. {advice}");

    public static string Milliseconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.0} ms");
}
