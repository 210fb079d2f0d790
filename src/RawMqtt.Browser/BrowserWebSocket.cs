// SPDX-License-Identifier: MIT

using System.Runtime.Versioning;

namespace RawMqtt.Browser;

/// <summary>Connects <see cref="MqttClient"/> through the WebSocket of a browser, in programs that run there as WebAssembly.</summary>
public static class BrowserWebSocket
{
    /// <summary>Returns the options with <see cref="MqttClientOptions.ConnectStream"/> set, and checks what a browser cannot do.</summary>
    /// <remarks>A user name and a password in an address are sent in CONNECT, as elsewhere.</remarks>
    /// <exception cref="MqttException"><see cref="MqttErrorCode.InvalidOptions"/>: an option has no meaning in a browser; the message names it.
    /// <see cref="MqttErrorCode.InvalidAddress"/>: an address cannot be read, or is not one of <c>ws</c> or <c>wss</c>.</exception>
    [SupportedOSPlatform("browser")]
    public static MqttClientOptions Use(MqttClientOptions options)
    {
        BrowserOptions.Require(options);
        return options with
        {
            BeforeConnect = async (attempt, cancellationToken) =>
            {
                if (options.BeforeConnect is not null) attempt = await options.BeforeConnect(attempt, cancellationToken).ConfigureAwait(true);
                if (attempt.RequestHeaders.Count > 0) throw BrowserOptions.NoHeaders();
                return BrowserAddress.TakeLogin(attempt);
            },
            ConnectStream = ConnectAsync,
        };
    }

    /// <summary>Opens the WebSocket of one attempt: for programs that set <see cref="MqttClientOptions.ConnectStream"/> themselves.</summary>
    /// <exception cref="MqttException">The browser did not open it. A browser hides the reason from pages, so the message lists what is likely.</exception>
    [SupportedOSPlatform("browser")]
    public static async ValueTask<Stream> ConnectAsync(MqttConnectAttempt attempt, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        return await BrowserWebSocketStream.OpenAsync(attempt.Address, cancellationToken).ConfigureAwait(true);
    }
}
