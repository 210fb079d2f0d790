// SPDX-License-Identifier: MIT

namespace RawMqtt.Cli.Bench;

/// <summary>What a load does.</summary>
internal enum BenchMode
{
    /// <summary>Opens connections and holds them.</summary>
    Conn,

    /// <summary>Publishes; the time until the acknowledgement counts.</summary>
    Pub,

    /// <summary>Subscribes and counts what others publish.</summary>
    Sub,

    /// <summary>Publishers and subscribers in pairs; the time from publisher to subscriber counts.</summary>
    PubSub,

    /// <summary>Each subscriber gets the messages of all publishers.</summary>
    Fan,
}
