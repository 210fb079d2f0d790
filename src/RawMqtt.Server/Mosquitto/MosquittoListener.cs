// SPDX-License-Identifier: MIT

namespace RawMqtt.Server.Mosquitto;

/// <summary>A listener of a mosquitto.conf.</summary>
internal sealed class MosquittoListener
{
    public string Port { get; set; } = "1883";

    /// <summary>Gets or sets the address; empty for all.</summary>
    public string Host { get; set; } = "";

    public bool IsWebSocket { get; set; }

    public bool IsTls { get; set; }

    public bool IsIPv6 { get; set; }

    /// <summary>Gets or sets where it stands; null for the listener that no line begins.</summary>
    public string? Place { get; set; }

    /// <summary>Gets the address as a listener of RawMqtt.</summary>
    public string Address
    {
        get
        {
            string scheme = (IsWebSocket, IsTls) switch { (true, true) => "wss", (true, false) => "ws", (false, true) => "mqtts", _ => "mqtt" };
            string host = Host.Length > 0 ? Host : IsIPv6 ? "::" : "0.0.0.0";
            return $"{scheme}://{(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}:{Port}{(IsWebSocket ? "/mqtt" : "")}";
        }
    }
}
