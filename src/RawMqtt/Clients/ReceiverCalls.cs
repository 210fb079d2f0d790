// SPDX-License-Identifier: MIT

namespace RawMqtt.Clients;

/// <summary>Calls the application's receivers. An exception of theirs is counted and logged, and ends nothing.</summary>
internal sealed class ReceiverCalls(ClientCounters counters, ClientLog log)
{
    public void Call(MqttMessageReceiver receiver, in MqttMessageView view)
    {
        try
        {
            receiver(view);
        }
        catch (Exception failure)
        {
            Interlocked.Increment(ref counters.ReceiverFailures);
            log.Write(MqttLogLevel.Error, $"A message receiver threw {failure.GetType().Name}: {failure.Message}");
        }
    }
}
