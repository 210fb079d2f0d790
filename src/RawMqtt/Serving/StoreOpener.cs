// SPDX-License-Identifier: MIT

namespace RawMqtt.Serving;

/// <summary>Opens the journal of a broker, and gives the broker what an earlier process noted.</summary>
internal delegate BrokerStore StoreOpener(MqttBrokerOptions options, LockedCore core, BrokerReports reports);
