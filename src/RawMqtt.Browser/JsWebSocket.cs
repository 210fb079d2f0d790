// SPDX-License-Identifier: MIT

using System.Runtime.InteropServices.JavaScript;
using System.Runtime.Versioning;

namespace RawMqtt.Browser;

/// <summary>The members of the page's <c>WebSocket</c> that the stream uses, called on the global objects of the page: no script is added to it.</summary>
[SupportedOSPlatform("browser")]
internal static partial class JsWebSocket
{
    /// <summary>Returns <c>new WebSocket(url, "mqtt")</c>, whose messages come as ArrayBuffers. [MQTT-6.0.0-3]</summary>
    /// <exception cref="JSException">The page may not open it: SecurityError; or the address is none: SyntaxError.</exception>
    public static JSObject Open(string url)
    {
        JSObject socket = Construct(Constructor("WebSocket"), [url, "mqtt"]);
        socket.SetProperty("binaryType", "arraybuffer");
        return socket;
    }

    /// <summary>Calls the function for each event of that name; it gets the event and disposes of it.</summary>
    [JSImport("globalThis.EventTarget.prototype.addEventListener.call")]
    public static partial void Listen(JSObject socket, string name, [JSMarshalAs<JSType.Function<JSType.Object>>] Action<JSObject> function);

    /// <summary>Queues a binary message. The browser drops it without a word if the socket is closing.</summary>
    [JSImport("globalThis.WebSocket.prototype.send.call")]
    public static partial void Send(JSObject socket, [JSMarshalAs<JSType.Array<JSType.Number>>] byte[] message);

    /// <summary>Begins the closing handshake, with 1000 or a code from 3000 on.</summary>
    [JSImport("globalThis.WebSocket.prototype.close.call")]
    public static partial void Close(JSObject socket, int code, string reason);

    /// <summary>Returns the bytes of a message event; null for a text message.</summary>
    public static byte[]? DataOf(JSObject message)
    {
        using JSObject? data = message.GetTypeOfProperty("data") == "object" ? message.GetPropertyAsJSObject("data") : null;
        return data is null ? null : ConstructBytes(Constructor("Uint8Array"), [data]);
    }

    private static JSObject Constructor(string name) => JSHost.GlobalThis.GetPropertyAsJSObject(name)!;

    [JSImport("globalThis.Reflect.construct")]
    private static partial JSObject Construct(JSObject constructor, [JSMarshalAs<JSType.Array<JSType.Any>>] object[] arguments);

    [JSImport("globalThis.Reflect.construct")]
    [return: JSMarshalAs<JSType.Array<JSType.Number>>]
    private static partial byte[] ConstructBytes(JSObject constructor, [JSMarshalAs<JSType.Array<JSType.Any>>] object[] arguments);
}
