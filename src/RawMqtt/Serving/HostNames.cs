// SPDX-License-Identifier: MIT

using System.Net;

namespace RawMqtt.Serving;

/// <summary>Reads <see cref="MqttBrokerOptions.HostNames"/>: names and addresses as a browser writes them in the Host field, without the port.</summary>
internal static class HostNames
{
    /// <exception cref="MqttException"><see cref="MqttErrorCode.InvalidOptions"/>: a name can match no request.</exception>
    public static IReadOnlyList<string> Read(IReadOnlyList<string> names) => [.. names.Select(ReadOne)];

    private static string ReadOne(string name)
    {
        string host = name.ToLowerInvariant();
        bool isV6 = host.Contains(':', StringComparison.Ordinal);
        if (isV6 && !host.Contains("]:", StringComparison.Ordinal) && IPAddress.TryParse(host, out IPAddress? address)) return $"[{address}]";
        if (!isV6 && host.Length > 0 && host.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_')) return host;
        string advice = "Write a name or an address without scheme and port, such as mqtt.example.com or 192.168.1.5.";
        throw new MqttException(MqttErrorCode.InvalidOptions, $"The host name \"{name}\" can match no request. {advice}");
    }
}
