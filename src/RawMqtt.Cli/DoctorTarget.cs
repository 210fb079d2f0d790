// SPDX-License-Identifier: MIT

using System.Net;

namespace RawMqtt.Cli;

/// <summary>The parts of an address that the doctor examines. The library has checked it before.</summary>
internal sealed record DoctorTarget(string Scheme, string Host, int Port, string Path, string? UserName, string? Password)
{
    public bool IsTls => Scheme is "wss" or "mqtts";

    public bool IsWebSocket => Scheme is "ws" or "wss";

    /// <summary>Gets whether the host is this machine by its spelling alone: an answer of the name service is no proof.</summary>
    public bool IsLoopback => Host == "localhost" || (IPAddress.TryParse(Host, out IPAddress? address) && IPAddress.IsLoopback(address));

    private string Authority => $"{(Host.Contains(':') ? $"[{Host}]" : Host)}:{Port}";

    /// <summary>Returns the address with another scheme, without its login.</summary>
    public string With(string scheme) => $"{scheme}://{Authority}{(scheme[0] == 'w' ? Path : "")}";

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
        return new DoctorTarget(scheme, uri.Host.Trim('[', ']'), port, uri.PathAndQuery, userName, login.Length == 2 ? Uri.UnescapeDataString(login[1]) : null);
    }
}
