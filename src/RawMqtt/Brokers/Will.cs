// SPDX-License-Identifier: MIT

using RawMqtt.Sessions;

namespace RawMqtt.Brokers;

/// <summary>The Will of a connection, 3.1.2.5.</summary>
/// <param name="Message">The connection's reference to it.</param>
/// <param name="Retain">Will Retain, 3.1.2.7.</param>
/// <param name="Number">Its number in the <see cref="BrokerJournal"/>; 0 without one.</param>
internal sealed record Will(ApplicationMessage Message, bool Retain, long Number);
