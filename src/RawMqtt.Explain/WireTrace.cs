// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Text;
using RawMqtt.Codec;

namespace RawMqtt.Explain;

/// <summary>Writes an explanation of a connection's bytes while they flow. Its <see cref="Tap"/> fits the Tap option of a client or a broker.</summary>
/// <remarks>The first byte decides between WebSocket and MQTT: a letter begins an HTTP head, and the first packet of neither end begins with a letter.
/// All members may be called from any thread.</remarks>
/// <param name="output">Receives the text; flushed after each piece.</param>
/// <param name="thisEnd">The end whose tap is given to this trace.</param>
public sealed class WireTrace(TextWriter output, MqttRole thisEnd)
{
    private readonly Lock gate = new();
    private readonly List<(Func<WireUnit, bool> Matches, MqttTapDirection Direction, TaskCompletionSource Seen)> awaited = [];
    private WireBytes? sent;
    private WireBytes? received;

    /// <summary>Gets whether every field is written with its bytes, instead of a line for each unit.</summary>
    public bool IsLong { get; init; }

    /// <summary>Gets whether passwords and tokens are shown; false by default.</summary>
    public bool ShowsSecrets { get; init; }

    /// <summary>Gets whether the time of day stands in front of each unit; true by default.</summary>
    public bool HasTimes { get; init; } = true;

    /// <summary>Gets the clock that those times come from; the system's by default.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Gets whether anything broke a rule so far.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Gets a name of the connection that stands in front of each unit, for programs that trace several.</summary>
    public string Name { get; init; } = "";

    /// <summary>Starts over: the next bytes are the first of a new connection.</summary>
    public void Restart()
    {
        lock (gate)
        {
            sent = received = null;
        }
    }

    /// <summary>Explains bytes that were sent or received.</summary>
    public void Tap(MqttTapDirection direction, ReadOnlySpan<byte> bytes)
    {
        lock (gate)
        {
            if (sent is null || received is null) Begin(isWebSocket: char.IsAsciiLetter((char)bytes[0]));
            List<WireUnit> units = (direction == MqttTapDirection.Sent ? sent! : received!).Feed(bytes);
            if (units.Count == 0) return;

            IsBroken |= units.Exists(unit => unit.Broken is not null);
            var text = new StringBuilder();
            foreach (WireUnit unit in units) Write(text, unit, direction);
            output.Write(text.ToString());
            output.Flush();
            foreach (WireUnit unit in units) CompleteAwaited(unit, direction);
        }
    }

    /// <summary>Returns a task that completes when a matching unit flows from now on.</summary>
    public Task SeenAsync(MqttTapDirection direction, Func<WireUnit, bool> matches)
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate) awaited.Add((matches, direction, seen));
        return seen.Task;
    }

    private void Write(StringBuilder text, WireUnit unit, MqttTapDirection direction)
    {
        string arrow = (direction == MqttTapDirection.Sent) == (thisEnd == MqttRole.Client) ? "→" : "←"; // always drawn from the client's side
        string time = HasTimes ? $"{TimeProvider.GetLocalNow().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture)} " : "";
        string margin = $"{time}{(Name.Length > 0 ? $"{Name} " : "")}{arrow} ";
        if (IsLong) WireText.WriteLong(text, unit, margin, ShowsSecrets);
        else WireText.WriteShort(text, unit, margin, ShowsSecrets);
    }

    private void CompleteAwaited(WireUnit unit, MqttTapDirection direction)
    {
        for (int i = awaited.Count - 1; i >= 0; i--)
        {
            if (awaited[i].Direction != direction || !awaited[i].Matches(unit)) continue;
            awaited[i].Seen.SetResult();
            awaited.RemoveAt(i);
        }
    }

    private void Begin(bool isWebSocket)
    {
        sent = new WireBytes(thisEnd, isWebSocket, hasHead: isWebSocket);
        received = new WireBytes(Other(thisEnd), isWebSocket, hasHead: isWebSocket);
    }

    private static MqttRole Other(MqttRole role) => role == MqttRole.Client ? MqttRole.Server : MqttRole.Client;
}
