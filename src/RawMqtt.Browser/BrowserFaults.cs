// SPDX-License-Identifier: MIT

using System.Globalization;
using RawMqtt.WebSockets;

namespace RawMqtt.Browser;

/// <summary>The exceptions of the stream: what a page can know, and what is likely.</summary>
internal static class BrowserFaults
{
    /// <summary>The closing code of a WebSocket that ended without a Close. RFC 6455 7.4.1</summary>
    private const int WithoutClose = (int)CloseCode.AbnormalClosure;

    /// <summary>The browser refused to begin.</summary>
    public static MqttException NotAllowed(string url, Exception failure) => failure.Message.Contains("SecurityError", StringComparison.Ordinal)
        || failure.Message.Contains("insecure", StringComparison.OrdinalIgnoreCase)
        ? new(MqttErrorCode.InvalidAddress,
            $"Mixed content: a page that came by https may not open {url}. Use wss, or load the page by http from the broker's machine.", failure)
        : new(MqttErrorCode.InvalidAddress, $"The browser does not open {url}: {failure.Message}", failure);

    /// <summary>The WebSocket closed before it opened.</summary>
    public static MqttException NotOpened(string url)
    {
        string certificate = url.StartsWith("wss:", StringComparison.Ordinal) ? "; the browser does not trust its certificate" : "";
        return new(MqttErrorCode.UpgradeRefused,
            $"The browser could not open {url}, and hides the reason from pages. Likely: nothing listens there{certificate}; the path is wrong; the " +
            "broker does not let this page's origin in. The console of the browser may say more, and rawmqtt doctor examines each step.");
    }

    public static MqttException WithoutSubprotocol(string url) => new(MqttErrorCode.UpgradeRefused,
        $"The server opened the WebSocket {url} without choosing the subprotocol mqtt. So it may not be an MQTT endpoint. Check the path.");

    /// <summary>The WebSocket closed after it was open.</summary>
    public static MqttException Ended(int code, string reason)
    {
        string said = reason.Length > 0 ? $": \"{Printable(reason)}\"" : "";
        string number = code.ToString(CultureInfo.InvariantCulture);
        string text = code switch
        {
            WithoutClose => "The connection ended without a WebSocket Close (1006): the server closed it, or the network broke; a browser does not say which.",
            (int)CloseCode.NoStatusReceived => "The server closed the connection with a WebSocket Close that has no code.",
            _ => $"The server closed the connection with code {number}{said}.",
        };
        return new(MqttErrorCode.ConnectionLost, text) { CloseCode = (CloseCode)code, CloseReason = reason };
    }

    public static MqttException Text() => new(MqttErrorCode.ProtocolViolation,
        "The server sent a text message, and MQTT is carried in binary ones [MQTT-6.0.0-1].")
    {
        Rule = "MQTT-6.0.0-1",
    };

    public static MqttException TooFarBehind(long limit) => new(MqttErrorCode.QueueFull,
        $"The page reads more slowly than the server sends: {limit} bytes wait, and a browser cannot slow the server down.");

    private static string Printable(string text) => new([.. text.Select(letter => char.IsControl(letter) ? '?' : letter)]);
}
