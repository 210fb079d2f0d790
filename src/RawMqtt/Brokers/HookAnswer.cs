// SPDX-License-Identifier: MIT

using RawMqtt.Codec;

namespace RawMqtt.Brokers;

/// <summary>What the program that runs the broker answers to a CONNECT, SUBSCRIBE or PUBLISH that it wants to be asked about.</summary>
internal sealed class HookAnswer
{
    public static readonly HookAnswer Allowed = new();

    public static readonly HookAnswer Refused = new() { ReturnCode = ConnectReturnCode.NotAuthorized, IsAllowed = false };

    /// <summary>To a CONNECT.</summary>
    public ConnectReturnCode ReturnCode { get; init; }

    /// <summary>To a PUBLISH.</summary>
    public bool IsAllowed { get; init; } = true;

    /// <summary>To a SUBSCRIBE, for each filter; null: all are allowed.</summary>
    public IReadOnlyList<bool>? AllowedFilters { get; init; }
}
