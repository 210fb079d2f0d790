// SPDX-License-Identifier: MIT

namespace RawMqtt.Brokers;

/// <summary>Receives the number of messages that a client lost since the last report, and the limit that the last one reached.</summary>
internal delegate void DropObserver(Subscriber subscriber, string limit, long messages);
