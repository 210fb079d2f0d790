// SPDX-License-Identifier: MIT

namespace RawMqtt.Brokers;

/// <summary>Returns whether a client may read or write a topic.</summary>
internal delegate bool TopicPredicate(Subscriber subscriber, ReadOnlySpan<byte> topic);
