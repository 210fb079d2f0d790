// SPDX-License-Identifier: MIT

using System.Globalization;

namespace RawMqtt.Dialling;

/// <summary>The phases of making a connection, one after the other, and the time that each took: so that a slow one can be told from its neighbours.</summary>
internal sealed class ConnectPhases(TimeProvider time)
{
    private readonly List<string> over = [];
    private readonly long start = time.GetTimestamp();
    private string name = "";
    private string waitedFor = "";
    private string advice = "";
    private long since;

    /// <summary>Such as <c>name service 1.2 ms, TCP 0.4 ms</c>: the phases that are over.</summary>
    public override string ToString() => string.Join(", ", over);

    /// <summary>Ends the phase before.</summary>
    /// <param name="phase">Its name in a list.</param>
    /// <param name="awaited">What is waited for, for the message of a timeout.</param>
    /// <param name="likelyCause">A sentence on why it may take long.</param>
    public void Begin(string phase, string awaited, string likelyCause)
    {
        End();
        (name, waitedFor, advice, since) = (phase, awaited, likelyCause, time.GetTimestamp());
    }

    /// <summary>All phases are over.</summary>
    /// <returns>The time that they took together.</returns>
    public TimeSpan End()
    {
        if (name.Length > 0) over.Add($"{name} {Milliseconds(time.GetElapsedTime(since))}");
        name = "";
        return time.GetElapsedTime(start);
    }

    /// <summary>The phase that is under way took too long.</summary>
    public MqttException TimedOut(string to, TimeSpan timeout) => new(MqttErrorCode.ConnectTimeout,
        $"No connection{to} within {timeout.TotalSeconds:0.###} s: still waiting for {waitedFor}{(over.Count == 0 ? "" : $", after {this}")}. {advice}");

    public static string Milliseconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.0} ms");
}
