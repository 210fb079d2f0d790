// SPDX-License-Identifier: MIT

// Serves one client after the other: what a program pays for the broker, and for its journal if it sets Durability.
using RawMqtt;

if (args is not [string address, ..]) return 1;

await using MqttBroker broker = await MqttBroker.StartAsync(new MqttBrokerOptions
{
    Listeners = [address],
#if DURABLE
    Durability = MqttDurability.Disk,
    DataDirectory = args[1],
#endif
});
await Task.Delay(Timeout.Infinite);
return 0;
