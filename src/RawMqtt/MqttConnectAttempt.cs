// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Text;
using RawMqtt.Dialling;

namespace RawMqtt;

/// <summary>What may be different from one connection to the next; <see cref="MqttClientOptions.BeforeConnect"/> may change it.</summary>
/// <param name="Number">1 for the first attempt since a connection lived.</param>
/// <param name="Address">Where to, for example <c>wss://host:8084/mqtt</c>.</param>
public sealed record MqttConnectAttempt(int Number, string Address)
{
    /// <summary>Header fields of the WebSocket handshake.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> RequestHeaders { get; init; } = [];

    /// <summary>The user name; null for none.</summary>
    public string? UserName { get; init; }

    /// <summary>The password; null for none.</summary>
    public ReadOnlyMemory<byte>? Password { get; init; }

    /// <summary>Without secrets: addresses may hold a password or a signature.</summary>
    private bool PrintMembers(StringBuilder text)
    {
        text.Append(CultureInfo.InvariantCulture, $"Number = {Number}, Address = {AddressFault.Shown(Address)}");
        return true;
    }
}
