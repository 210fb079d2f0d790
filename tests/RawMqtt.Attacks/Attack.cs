// SPDX-License-Identifier: MIT

namespace RawMqtt.Attacks;

/// <summary>One way to make a broker's other clients wait, or to exhaust it.</summary>
/// <param name="Name">What it is called on the command line.</param>
/// <param name="Row">The row of the table of attacks that it stands for.</param>
/// <param name="Goal">The longest wait of an honest client that is good, in milliseconds.</param>
/// <param name="Begin">Begins it: returns when it is under way.</param>
internal sealed record Attack(string Name, string Row, int Goal, Action<Target> Begin)
{
    /// <summary>The broker checks passwords.</summary>
    public bool IsGuarded { get; init; }

    /// <summary>The broker's heap has this limit in MiB; 0 for none.</summary>
    public int HeapLimit { get; init; }

    /// <summary>The broker's process may have so many open files and sockets; 0 for the system's limit.</summary>
    public int HandleLimit { get; init; }

    /// <summary>The broker waits for the rest of a packet for two seconds only.</summary>
    public bool IsPacketTimeShort { get; init; }

    /// <summary>Looks, while the attack is under way, whether the broker still does what the attack is to prevent.</summary>
    /// <returns>What it does not; null if all is well.</returns>
    public Func<Target, string?>? Check { get; init; }

    /// <summary>What the honest client publishes to and reads.</summary>
    public string Topic { get; init; } = "honest";

    public static IReadOnlyList<Attack> All { get; } =
    [
        new("nothing", "-", 100, _ => { }),
        new("pings", "W1", 100, Floods.Pings),
        new("releases", "W1", 100, Floods.Releases),
        new("frame-pings", "W1", 100, Floods.FramePings),
        new("fragments", "W1", 100, Floods.Fragments),
        new("publishers", "W1", 100, Floods.Publishers),
        new("filters", "W2", 200, Searches.Filters),
        new("unfinished", "W3", 1000, Hoards.UnfinishedPublishes) { HeapLimit = 256 },
        new("strangers", "W3", 1000, Hoards.UnfinishedConnects) { HeapLimit = 256 },
        new("logins", "W4", 500, Logins.Wrong) { IsGuarded = true },
        new("slow-readers", "W5", 1000, Readers.Chained) { Topic = "slow" },
        new("retained", "W6", 100, Searches.Retained) { HeapLimit = 512 },
        new("replays", "W6", 1000, Readers.Replays) { HeapLimit = 512 },
        new("retained-hoard", "W7", 1000, Hoards.Retained) { Check = Hoards.FindLostRetained },
        new("sessions", "W8", 1000, Hoards.Sessions),
        new("records", "W10", 100, Handles.Records) { IsPacketTimeShort = true, Check = Handles.FindOpenRecords },
        new("handles", "W11", 1000, Handles.All) { HandleLimit = 256 },
    ];
}
