// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Text;
using RawMqtt.Codec;

namespace RawMqtt.Explain;

/// <summary>Explains the bytes of connections while they flow; its <see cref="Tap"/> is given to a client or a broker.</summary>
/// <remarks>The first byte tells what flows: a letter begins an HTTP head, and no letter begins the first packet of either end.</remarks>
internal sealed class WireTrace(TextWriter output, MqttRole thisEnd)
{
    private readonly Lock gate = new();
    private readonly List<(Func<WireUnit, bool> Matches, MqttTapDirection Direction, TaskCompletionSource Seen)> awaited = [];
    private WireBytes? sent;
    private WireBytes? received;

    /// <summary>Every field with its bytes, not a line for each unit.</summary>
    public bool IsLong { get; init; }

    /// <summary>Passwords and tokens are shown.</summary>
    public bool ShowsSecrets { get; init; }

    /// <summary>Whether each unit begins with the time of day.</summary>
    public bool HasTimes { get; init; } = true;

    /// <summary>Which connection this is, when there are several.</summary>
    public string Name { get; init; } = "";

    /// <summary>A new connection begins.</summary>
    public void Restart()
    {
        lock (gate)
        {
            sent = received = null;
        }
    }

    public void Tap(MqttTapDirection direction, ReadOnlySpan<byte> bytes)
    {
        lock (gate)
        {
            if (sent is null || received is null) Begin(isWebSocket: char.IsAsciiLetter((char)bytes[0]));
            List<WireUnit> units = (direction == MqttTapDirection.Sent ? sent! : received!).Feed(bytes);
            if (units.Count == 0) return;

            var text = new StringBuilder();
            foreach (WireUnit unit in units) Write(text, unit, direction);
            output.Write(text.ToString());
            output.Flush();
            foreach (WireUnit unit in units) Answer(unit, direction);
        }
    }

    /// <summary>Completes when such a unit has been seen; to be called before it can be.</summary>
    public Task SeenAsync(MqttTapDirection direction, Func<WireUnit, bool> matches)
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (gate) awaited.Add((matches, direction, seen));
        return seen.Task;
    }

    private void Write(StringBuilder text, WireUnit unit, MqttTapDirection direction)
    {
        string arrow = (direction == MqttTapDirection.Sent) == (thisEnd == MqttRole.Client) ? "→" : "←"; // always drawn from the client's side
        string time = HasTimes ? $"{DateTime.Now.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture)} " : "";
        string margin = $"{time}{(Name.Length > 0 ? $"{Name} " : "")}{arrow} ";
        if (IsLong) WireText.WriteLong(text, unit, margin, ShowsSecrets);
        else WireText.WriteShort(text, unit, margin, ShowsSecrets);
    }

    private void Answer(WireUnit unit, MqttTapDirection direction)
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
