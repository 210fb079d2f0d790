// SPDX-License-Identifier: MIT

using RawMqtt.Codec;

namespace RawMqtt.Brokers;

/// <summary>The answer of the program that runs the broker to a CONNECT, SUBSCRIBE or PUBLISH, see <see cref="AskedPackets"/>.</summary>
internal sealed class HookAnswer
{
    public static readonly HookAnswer Allowed = new();

    public static readonly HookAnswer Refused = new() { ReturnCode = ConnectReturnCode.NotAuthorized, IsAllowed = false };

    /// <summary>The answer to a CONNECT.</summary>
    public ConnectReturnCode ReturnCode { get; init; }

    /// <summary>Whose session it is, by the answer to a CONNECT; null: the user of the CONNECT.</summary>
    public byte[]? UserName { get; init; }

    /// <summary>The answer to a PUBLISH.</summary>
    public bool IsAllowed { get; init; } = true;

    /// <summary>The answer to a SUBSCRIBE, for each filter; null: all are allowed.</summary>
    public IReadOnlyList<bool>? AllowedFilters { get; init; }
}
