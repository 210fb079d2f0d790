// SPDX-License-Identifier: MIT

namespace RawMqtt.Clients;

/// <summary>Tells the log and the application of each change of state. Do not call this while holding the gate.</summary>
internal sealed class StateChanges(ClientLog log)
{
    public event Action<MqttStateChange>? Changed;

    public void Tell(MqttStateChange change)
    {
        if (log.IsEnabled)
        {
            string when = change.NextDelay is TimeSpan delay ? $", next attempt in {delay.TotalSeconds:0.0} s" : "";
            string why = change.Cause is null ? "" : ": " + change.Cause.Message;
            log.Write(change.Cause is null ? MqttLogLevel.Information : MqttLogLevel.Warning, $"{change.From} -> {change.To}{when}{why}");
        }

        try
        {
            Changed?.Invoke(change);
        }
        catch (Exception failure)
        {
            log.Write(MqttLogLevel.Error, $"StateChanged threw {failure.GetType().Name}: {failure.Message}");
        }
    }
}
