// SPDX-License-Identifier: MIT

using Microsoft.Extensions.Logging;

namespace RawMqtt.Hosting;

/// <summary>Writes what a client tells to a logger: changes of state with their values, and the other lines as texts.</summary>
internal sealed partial class ClientLogging(ILogger logger, string name)
{
    public void Write(MqttStateChange change)
    {
        (MqttClientState from, MqttClientState to, MqttException? cause, int attempt, TimeSpan? nextDelay, bool isPresent) = change;
        MqttErrorCode? code = cause?.Code;
        if (to == MqttClientState.Connected) Connected(logger, name, isPresent);
        else if (to == MqttClientState.Reconnecting) Lost(logger, cause, name, code, attempt, nextDelay);
        else if (to == MqttClientState.Closed) Closed(logger, cause, name, code);
        else Changed(logger, name, from, to);
    }

    public void Write(MqttLogLevel level, string line)
    {
        if (line.Contains(" -> ", StringComparison.Ordinal) && Enum.TryParse<MqttClientState>(line.Split(' ')[0], out _)) return; // told with its values
        LogLevel to = LevelOf(level);
        Line(logger, to, name, line);
    }

    public static LogLevel LevelOf(MqttLogLevel level) => level switch
    {
        MqttLogLevel.Information => LogLevel.Information,
        MqttLogLevel.Warning => LogLevel.Warning,
        _ => LogLevel.Error,
    };

    [LoggerMessage(1, LogLevel.Information, "{Client} is connected (session present: {SessionPresent})", EventName = "Connected")]
    private static partial void Connected(ILogger logger, string client, bool sessionPresent);

    [LoggerMessage(2, LogLevel.Warning, "{Client} lost its connection: {Code}. Attempt {Attempt}, next in {NextDelay}", EventName = "Reconnecting")]
    private static partial void Lost(ILogger logger, Exception? cause, string client, MqttErrorCode? code, int attempt, TimeSpan? nextDelay);

    [LoggerMessage(3, LogLevel.Error, "{Client} has ended: {Code}", EventName = "Closed")]
    private static partial void Closed(ILogger logger, Exception? cause, string client, MqttErrorCode? code);

    [LoggerMessage(4, LogLevel.Debug, "{Client}: {From} to {To}", EventName = "StateChanged")]
    private static partial void Changed(ILogger logger, string client, MqttClientState from, MqttClientState to);

    [LoggerMessage(EventId = 5, EventName = "Line", Message = "{Client}: {Text}")]
    private static partial void Line(ILogger logger, LogLevel level, string client, string text);
}
