// SPDX-License-Identifier: MIT

using RawMqtt.Sessions;

namespace RawMqtt.Brokers;

/// <summary>The parts of a <see cref="BrokerCore"/> that a <see cref="JournalledBroker"/> works with.</summary>
internal sealed record BrokerParts(
    BrokerTurn Turn, MqttBrokerLimits Limits, SlowReaders Slow, JournalHolds Holds, SubscriptionTree Subscriptions, SessionList Sessions,
    ClientFilters Filters, RetainedMessages Retained, ApplicationMessagePool Messages, Router Router, Deliveries Deliveries, ConnectionEnds Ends);
