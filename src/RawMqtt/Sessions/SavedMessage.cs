// SPDX-License-Identifier: MIT

namespace RawMqtt.Sessions;

/// <summary>A message at QoS 1 or 2 as a <see cref="SavedSession"/> holds it.</summary>
/// <param name="Number">Its name in the journal: later ones have higher numbers.</param>
/// <param name="Qos">1 or 2.</param>
/// <param name="Retain">The RETAIN bit.</param>
/// <param name="Topic">The topic name, UTF-8.</param>
/// <param name="Payload">The payload.</param>
internal sealed record SavedMessage(long Number, QualityOfService Qos, bool Retain, byte[] Topic, byte[] Payload);
