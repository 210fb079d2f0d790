// SPDX-License-Identifier: MIT

namespace RawMqtt.Toolkit;

/// <summary>A message that came, as the page shows it.</summary>
/// <param name="Number">Counts the messages of the connection from 1.</param>
/// <param name="Time">Milliseconds since 1970.</param>
/// <param name="Filter">The topic filter that it was received by.</param>
/// <param name="Topic">Its topic.</param>
/// <param name="Payload">Its bytes, at most <see cref="MostShown"/>.</param>
/// <param name="Length">The number of all its bytes.</param>
/// <param name="Qos">Its QoS.</param>
/// <param name="Retain">It was a retained message.</param>
/// <param name="Duplicate">It may have come before.</param>
internal sealed record SeenMessage(
    long Number, long Time, string Filter, string Topic, byte[] Payload, int Length, int Qos, bool Retain, bool Duplicate)
{
    /// <summary>The bytes of a payload that the page keeps.</summary>
    public const int MostShown = 256 * 1024;
}
