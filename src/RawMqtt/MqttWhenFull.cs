// SPDX-License-Identifier: MIT

namespace RawMqtt;

/// <summary>Specifies what happens while the queue of an <see cref="MqttBrokerSubscription"/> is full, see
/// <see cref="MqttBrokerLimits.MaxProgramBytes"/>.</summary>
public enum MqttWhenFull
{
    /// <summary>The broker drops the newest messages and counts them. No client waits for the program.</summary>
    DropNewest,

    /// <summary>The broker takes nothing from the clients that publish to the subscription until the program has read half of the queue. They wait as long
    /// as the program does. Messages that no client is held for (Wills, retained messages, those of the program itself) are dropped beyond four times
    /// the limit.</summary>
    HoldPublishers,
}
