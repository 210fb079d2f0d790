// SPDX-License-Identifier: MIT

using RawMqtt.Sessions;

namespace RawMqtt.Tests.Simulation;

/// <summary>A message that the application has, and that the disk does not know of.</summary>
internal sealed class Held(string payload, Receipt receipt)
{
    public string Payload { get; } = payload;

    public Receipt Receipt { get; } = receipt;

    public bool IsDone { get; set; }
}
