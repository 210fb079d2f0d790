// SPDX-License-Identifier: MIT

using System.Net;

namespace RawMqtt.Cli;

/// <summary>The parts of an address that the doctor examines. The library has checked it before.</summary>
/// <param name="Scheme">ws, wss, mqtt or mqtts.</param>
/// <param name="Host">The host, without brackets.</param>
/// <param name="Port">The port.</param>
/// <param name="Path">The path of a WebSocket address, without its query.</param>
/// <param name="Query">The query with its question mark, which may be a login; empty for none.</param>
/// <param name="UserName">The user name in the address.</param>
/// <param name="Password">The password in the address.</param>
internal sealed record DoctorTarget(string Scheme, string Host, int Port, string Path, string Query, string? UserName, string? Password)
{
    public bool IsTls => Scheme is "wss" or "mqtts";

    public bool IsWebSocket => Scheme is "ws" or "wss";

    /// <summary>Gets whether the host is this machine by its spelling alone: an answer of the name service is no proof.</summary>
    public bool IsLoopback => Host == "localhost" || (IPAddress.TryParse(Host, out IPAddress? address) && IPAddress.IsLoopback(address));

    /// <summary>Gets host and port as in a Host field.</summary>
    public string Authority => $"{(Host.Contains(':') ? $"[{Host}]" : Host)}:{Port}";

    /// <summary>Gets the path at which the port is asked for a WebSocket: of an address without WebSocket the one that brokers have.</summary>
    public string UpgradePath => IsWebSocket ? Path : "/mqtt";

    /// <summary>Returns the address with another scheme, without its login, to be shown.</summary>
    public string With(string scheme) => $"{scheme}://{Authority}{(scheme[0] == 'w' ? UpgradePath + (Query.Length > 0 ? "?***" : "") : "")}";

    /// <summary>Returns the address to connect to; without its query, which may be a login, if that is not to be sent.</summary>
    public string Dialled(bool hasQuery) => $"{Scheme}://{Authority}{(IsWebSocket ? Path + (hasQuery ? Query : "") : "")}";

    /// <summary>Reads an address.</summary>
    /// <exception cref="MqttException">The address cannot be read; the message suggests a better one.</exception>
    public static async Task<DoctorTarget> ReadAsync(string url)
    {
        await new MqttClient(new MqttClientOptions { Address = url }).DisposeAsync(); // the library's check, and its suggestion
        var uri = new Uri(url);
        string scheme = uri.Scheme switch
        {
            "tcp" => "mqtt",
            "ssl" or "tls" => "mqtts",
            "wx" or "ali" => "ws",
            "wxs" or "alis" => "wss",
            string known => known,
        };
        int port = uri.Port > 0 ? uri.Port : scheme switch { "mqtt" => 1883, "mqtts" => 8883, "ws" => 80, _ => 443 };
        string[] login = uri.UserInfo.Split(':', 2);
        string? userName = login[0].Length > 0 ? Uri.UnescapeDataString(login[0]) : null;
        string? password = login.Length == 2 ? Uri.UnescapeDataString(login[1]) : null;
        return new DoctorTarget(scheme, uri.IdnHost.Trim('[', ']'), port, uri.AbsolutePath, uri.Query, userName, password);
    }
}
