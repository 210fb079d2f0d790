// SPDX-License-Identifier: MIT

namespace RawMqtt;

/// <summary>Represents the broker's answer to an <see cref="MqttUpgradeRequest"/>, which the HTTP server sends.</summary>
/// <param name="Status">The status: 101, or 200 for an extended CONNECT, if the connection is accepted; otherwise that of a refusal.</param>
/// <param name="Headers">The header fields of the answer.</param>
/// <param name="Body">The text of a refusal, which says why; empty if the connection is accepted.</param>
public sealed record MqttUpgradeAnswer(int Status, IReadOnlyList<KeyValuePair<string, string>> Headers, string Body)
{
    /// <summary>Gets whether the connection is accepted: the HTTP server must hand its stream over.</summary>
    public bool IsAccepted => Status is 101 or 200;
}
