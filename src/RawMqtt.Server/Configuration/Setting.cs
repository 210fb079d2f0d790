// SPDX-License-Identifier: MIT

namespace RawMqtt.Server.Configuration;

/// <summary>One member of the configuration.</summary>
/// <param name="Name">Its public name; that of a limit begins with <c>Limits.</c>.</param>
/// <param name="Kind">The form of its value.</param>
/// <param name="Description">What it sets.</param>
/// <param name="Get">Returns its value.</param>
/// <param name="Set">Returns settings with another value.</param>
internal sealed record Setting(
    string Name, SettingKind Kind, string Description, Func<BrokerSettings, object?> Get, Func<BrokerSettings, object?, BrokerSettings> Set)
{
    /// <summary>Gets whether its value may be null.</summary>
    public bool IsOptional { get; init; }

    /// <summary>Gets the values of a choice.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>Gets the largest number.</summary>
    public long Maximum { get; init; } = long.MaxValue;

    /// <summary>Gets the name within its object.</summary>
    public string ShortName => Name[(Name.IndexOf('.', StringComparison.Ordinal) + 1)..];

    /// <summary>Gets whether it is one of <see cref="MqttBrokerLimits"/>.</summary>
    public bool IsLimit => Name.StartsWith(SettingTable.LimitPrefix, StringComparison.Ordinal);
}
