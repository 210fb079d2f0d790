// SPDX-License-Identifier: MIT

using System.Globalization;

namespace RawMqtt.Dialling;

/// <summary>Measures the phases of making a connection, one after the other, to tell which of them is slow.</summary>
internal sealed class ConnectPhases(TimeProvider time)
{
    private readonly List<string> over = [];
    private readonly long start = time.GetTimestamp();
    private string name = "";
    private DiagnosisEntry? late;
    private long since;

    /// <summary>Returns the phases that have ended, such as <c>name service 1.2 ms, TCP 0.4 ms</c>.</summary>
    public override string ToString() => string.Join(", ", over);

    /// <summary>Notes what the server asked for in the TLS handshake.</summary>
    public ClientCertificateRequest CertificateRequest { get; } = new();

    /// <summary>Begins a phase, which ends the previous one.</summary>
    /// <param name="phase">The name in the list of phases; for a function of the application, its name.</param>
    /// <param name="diagnosis">The entry for a timeout in this phase.</param>
    public void Begin(string phase, DiagnosisEntry diagnosis)
    {
        End();
        (name, late, since) = (phase, diagnosis, time.GetTimestamp());
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
    public MqttException TimedOut(string to, TimeSpan timeout) => new(MqttErrorCode.ConnectTimeout, (late ?? ServerDiagnoses.TimeoutFunction).Of(
        ("to", to), ("timeout", timeout.TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture)), ("function", name),
        ("after", over.Count == 0 ? "" : $", after {this}")));

    public static string Milliseconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0.0} ms");
}
