// SPDX-License-Identifier: MIT

namespace RawMqtt.Browser;

/// <summary>Refuses what a page cannot have, with the reason.</summary>
internal static class BrowserOptions
{
    /// <exception cref="MqttException">An option or an address cannot be used in a browser.</exception>
    public static void Require(MqttClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Tls is not null) throw Fault("Tls has no effect in a browser: it decides about certificates itself. Leave Tls out.");
        if (options.RequestHeaders.Count > 0) throw NoHeaders();
        if (options.SessionFile is not null) throw Fault("SessionFile has no effect in a browser: a page's files end with it. Leave SessionFile out.");
        if (options.Tap is not null) throw Fault("Tap sees nothing in a browser, which hides handshake and frames from pages. Use PacketTap.");
        if (options.ConnectTransport is not null) throw Fault("ConnectTransport has no effect in a browser: it opens WebSockets by itself. Leave it out.");
        if (options.ConnectStream is not null) throw Fault("ConnectStream is set already, and BrowserWebSocket.Use sets it.");
        var check = new MqttClient(new MqttClientOptions { Addresses = options.Addresses }); // the library's check, and its suggestion
        _ = check.DisposeAsync().AsTask(); // it was never opened
        foreach (string address in options.Addresses) _ = BrowserAddress.SchemeOf(address);
    }

    public static MqttException NoHeaders() =>
        Fault("RequestHeaders cannot be sent from a browser: pages may not add to the handshake. Put a token into the address or the password.");

    private static MqttException Fault(string message) => new(MqttErrorCode.InvalidOptions, message);
}
