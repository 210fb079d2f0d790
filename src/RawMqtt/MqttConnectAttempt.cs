// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Text;
using RawMqtt.Dialling;

namespace RawMqtt;

/// <summary>Describes one attempt to connect. <see cref="MqttClientOptions.BeforeConnect"/> can return a changed copy.</summary>
/// <param name="Number">The number of the attempt: 1 for the first one since the server accepted a connection.</param>
/// <param name="Address">The address, for example <c>wss://host:8084/mqtt</c>.</param>
public sealed record MqttConnectAttempt(int Number, string Address)
{
    /// <summary>Gets the header fields to add to the WebSocket handshake.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> RequestHeaders { get; init; } = [];

    /// <summary>Gets the user name; null for none.</summary>
    public string? UserName { get; init; }

    /// <summary>Gets the password; null for none.</summary>
    public ReadOnlyMemory<byte>? Password { get; init; }

    /// <summary>Prints no secrets: addresses may contain a password or a signature.</summary>
    private bool PrintMembers(StringBuilder text)
    {
        text.Append(CultureInfo.InvariantCulture, $"Number = {Number}, Address = {ShownAddress.Of(Address)}");
        return true;
    }
}
