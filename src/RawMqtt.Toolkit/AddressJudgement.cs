// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Net;
using RawMqtt.Cli;

namespace RawMqtt.Toolkit;

/// <summary>Judges an address that is being typed: what the library says to it, what a browser does with it, and what is unusual.</summary>
internal static class AddressJudgement
{
    /// <summary>Returns a fault, or a verdict with remarks, and the line that examines the address outside the browser.</summary>
    public static async Task<string> OfAsync(string url, string origin)
    {
        DoctorTarget target;
        try
        {
            target = await DoctorTarget.ReadAsync(url);
        }
        catch (MqttException fault)
        {
            return PageJson.Fault(fault);
        }

        IPAddress[] addresses = IPAddress.TryParse(target.Host, out IPAddress? literal) ? [literal] : [];
        (string verdict, bool isRefused) = new BrowserPage(origin, target, addresses).Judge();
        return PageJson.Write(json =>
        {
            json.WriteStartObject();
            json.WriteString("verdict", verdict);
            json.WriteBoolean("refused", isRefused);
            json.WriteStartArray("remarks");
            foreach (string remark in RemarksOn(target)) json.WriteStringValue(remark);
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static IEnumerable<string> RemarksOn(DoctorTarget target)
    {
        string port = target.Port.ToString(CultureInfo.InvariantCulture);
        switch (target.Scheme, target.Port)
        {
            case ("ws", 443 or 8084 or 8884):
                yield return $"Port {port} usually has TLS: try {target.With("wss")}.";
                break;
            case ("wss", 80 or 8083 or 8080 or 8000 or 9001):
                yield return $"Port {port} usually has no TLS: try {target.With("ws")}.";
                break;
            case ("ws" or "wss", 1883 or 8883):
                yield return $"Port {port} is that of MQTT without WebSocket: brokers usually have 8083 for ws and 8084 for wss.";
                break;
            case ("ws", 80) or ("wss", 443):
                yield return $"Without a port the browser takes {port}; brokers usually listen on 8083 for ws and 8084 for wss.";
                break;
        }

        if (target.IsWebSocket && target.Path == "/") yield return "There is no path: most brokers serve MQTT at /mqtt, mosquitto at any path.";
    }
}
