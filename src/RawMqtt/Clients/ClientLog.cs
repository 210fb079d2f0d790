// SPDX-License-Identifier: MIT

using System.Collections.Concurrent;

namespace RawMqtt.Clients;

/// <summary>Writes a client's log lines to <see cref="MqttClientOptions.Log"/> and to the event source.</summary>
internal sealed class ClientLog(MqttLog? log, string clientId)
{
    private readonly ConcurrentQueue<KeptLine> kept = new();

    /// <summary>Whether anything takes the lines. If not, a caller need not format them.</summary>
    public bool IsEnabled => log is not null || RawMqttEventSource.Log.IsEnabled();

    /// <summary>Writes a line. Do not call this while holding the gate: it runs code of the application.</summary>
    public void Write(MqttLogLevel level, string message)
    {
        try
        {
            log?.Invoke(level, message);
        }
        catch (Exception)
        {
            // the log was the only place to report it
        }

        if (RawMqttEventSource.Log.IsEnabled()) RawMqttEventSource.Log.Client(clientId, level, message);
    }

    /// <summary>Keeps a line for <see cref="WriteKept"/>. For callers that hold the gate.</summary>
    public void Keep(MqttLogLevel level, string message) => kept.Enqueue(new KeptLine(level, message));

    /// <summary>Writes the lines that <see cref="Keep"/> took. Do not call this while holding the gate.</summary>
    public void WriteKept()
    {
        while (kept.TryDequeue(out KeptLine? line)) Write(line.Level, line.Message);
    }

    private sealed class KeptLine(MqttLogLevel level, string message)
    {
        public MqttLogLevel Level => level;

        public string Message => message;
    }
}
