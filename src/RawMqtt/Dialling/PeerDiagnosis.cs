// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Transports;
using RawMqtt.WebSockets;

namespace RawMqtt.Dialling;

/// <summary>Concludes from what a peer sent which protocol it speaks, and which address would fit it.</summary>
internal static class PeerDiagnosis
{
    /// <summary>The TLS handshake failed, and not for the certificate.</summary>
    public static MqttException OfTlsFailure(MqttAddress address, FirstBytes firstBytes, Exception failure)
    {
        if (firstBytes.AreHttp)
        {
            return new MqttException(MqttErrorCode.TlsNotSpoken, $"The port of {address} answered the TLS handshake with plain HTTP, so it has no TLS. Try {With(address, MqttScheme.Ws, address.Port)}{Or(address, MqttScheme.Wss, 8084)}.", failure);
        }

        if (firstBytes.Received.IsEmpty)
        {
            return new MqttException(MqttErrorCode.TlsNotSpoken, $"The server at {address} closed the connection during the TLS handshake without one byte, so its port probably has no TLS. Try {PlainGuess(address)}.", failure);
        }

        if (!firstBytes.AreTls)
        {
            return new MqttException(MqttErrorCode.TlsNotSpoken, $"The port of {address} answered the TLS handshake with {Show(firstBytes.Received)}, which is not TLS. Try {PlainGuess(address)}.", failure);
        }

        return new MqttException(MqttErrorCode.TlsFailed, $"The TLS handshake with {address} failed: {Innermost(failure)}. The two ends may have no TLS version in common, or the server may want a client certificate.", failure);
    }

    /// <summary>The WebSocket handshake failed: with an answer that is not the right 101, or with none.</summary>
    public static MqttException OfUpgradeFailure(MqttAddress address, WebSocketHandshakeException failure)
    {
        if (failure.StatusCode is not { } status) return OfNoHttpAnswer(address, failure.Body, failure);
        string? location = failure.Headers.FirstOrDefault(field => field.Key.Equals("Location", StringComparison.OrdinalIgnoreCase)).Value;
        return OfHttpAnswer(address, status, location, failure);
    }

    /// <summary>The WebSocket handshake got no HTTP answer: the connection ended, or something else came.</summary>
    public static MqttException OfNoHttpAnswer(MqttAddress address, string received, Exception? failure)
    {
        if (received is ['\u0015' or '\u0016', '\u0003', ..])
        {
            return new MqttException(MqttErrorCode.WebSocketNotSpoken, $"The port of {address} answered with a TLS record, so it wants TLS. Try {With(address, MqttScheme.Wss, address.Port)}.", failure);
        }

        if (received.Length > 0)
        {
            return new MqttException(MqttErrorCode.WebSocketNotSpoken, $"The port of {address} answered the WebSocket handshake with \"{Printable(received, 40)}\", which is not HTTP. Check that the port is the broker's WebSocket port.", failure);
        }

        string guess = (address.Scheme, address.Port) switch
        {
            (MqttScheme.Ws, 8883) => $"8883 is usually MQTT over TLS: try {With(address, MqttScheme.Mqtts, 8883)}",
            (MqttScheme.Ws, 443 or 8084 or 8884) => $"{address.Port} is usually a TLS port: try {With(address, MqttScheme.Wss, address.Port)}",
            (MqttScheme.Ws, _) => $"the port may be MQTT without WebSocket ({With(address, MqttScheme.Mqtt, address.Port)}), or want TLS ({With(address, MqttScheme.Wss, address.Port)})",
            _ => $"TLS itself worked, so the port may be MQTT over TLS without WebSocket: try {With(address, MqttScheme.Mqtts, address.Port)}",
        };
        return new MqttException(MqttErrorCode.WebSocketNotSpoken, $"The server at {address} closed the connection instead of answering the WebSocket handshake; {guess}.", failure);
    }

    /// <summary>A 101 that did not choose the subprotocol of MQTT [MQTT-6.0.0-4].</summary>
    public static MqttException OfMissingSubprotocol(MqttAddress address) =>
        new(MqttErrorCode.UpgradeRefused, $"The server opened the WebSocket {address} without choosing the subprotocol mqtt, so it may not be an MQTT endpoint. Check the path.") { HttpStatus = 101, Rule = "MQTT-6.0.0-4" };

    /// <summary>The first bytes in place of a CONNACK do not begin one; null when they might.</summary>
    /// <param name="address">Where they came from.</param>
    /// <param name="received">The first bytes that the server sent.</param>
    public static MqttException? OfFirstAnswer(MqttAddress address, ReadOnlySpan<byte> received)
    {
        if (received.StartsWith("HTTP"u8))
        {
            MqttScheme scheme = address.IsTls ? MqttScheme.Wss : MqttScheme.Ws;
            return new MqttException(MqttErrorCode.MqttNotSpoken, $"The port of {address} answered CONNECT with HTTP, so it may be a WebSocket port. Try {With(address, scheme, address.Port)}.");
        }

        return received is [21 or 22, 3, _, ..]
            ? new MqttException(MqttErrorCode.MqttNotSpoken, $"The port of {address} answered CONNECT with a TLS record, so it wants TLS. Try {With(address, address.IsWebSocket ? MqttScheme.Wss : MqttScheme.Mqtts, address.Port)}.")
            : null;
    }

    /// <summary>The connection stood, and ended before a CONNACK.</summary>
    public static MqttException OfNoConnAck(MqttAddress address, Exception? failure)
    {
        string guess = (address.Scheme, address.Port) switch
        {
            (MqttScheme.Mqtt, 8883) => $"8883 usually wants TLS: try {With(address, MqttScheme.Mqtts, 8883)}",
            (MqttScheme.Mqtt, 8083 or 8080 or 9001 or 80) => $"{address.Port} is usually a WebSocket port: try {With(address, MqttScheme.Ws, address.Port)}",
            (MqttScheme.Mqtt, 8084 or 443) => $"{address.Port} is usually a WebSocket port with TLS: try {With(address, MqttScheme.Wss, address.Port)}",
            (MqttScheme.Mqtts, _) => "it may not speak MQTT 3.1.1 on this port, or want a client certificate",
            _ => "it may not speak MQTT 3.1.1 on this port, or refuse this client without saying so",
        };
        string text = $"The server at {address} closed the connection without answering CONNECT; {guess}.";
        if (failure is not MqttException { CloseCode: CloseCode code } told || code == CloseCode.AbnormalClosure)
            return new MqttException(MqttErrorCode.MqttNotSpoken, text, failure);
        return new MqttException(MqttErrorCode.MqttNotSpoken, $"{told.Message} It had not answered CONNECT; {guess}.", failure)
        {
            CloseCode = code,
            CloseReason = told.CloseReason,
        };
    }

    private static MqttException OfHttpAnswer(MqttAddress address, int status, string? location, WebSocketHandshakeException failure)
    {
        string observed = status == 101 ? $"The WebSocket handshake with {address} failed: {failure.Message.TrimEnd('.')} [{failure.Rule}]" : $"The server answered the WebSocket handshake of {address} with HTTP status {status}";
        string advice = status switch
        {
            101 => "Check that the path is the broker's MQTT endpoint, and that nothing between changes the answer.",
            400 when MentionsTls(failure.Body) => $"The port wants TLS: try {With(address, MqttScheme.Wss, address.Port)}.",
            301 or 302 or 303 or 307 or 308 => $"It points elsewhere{(location is null ? "" : $", to {Printable(Redirected(location), 200)}")}, and is not followed by itself: write that address if you trust it.",
            401 => "It wants an HTTP login: give an Authorization header.",
            403 => "It does not let this client in: check the Origin header and the access rules of the server or of a proxy before it.",
            400 or 404 or 405 or 426 or 200 => $"The path in the address is {address.ShownPath}; EMQX, NanoMQ and HiveMQ have /mqtt, RabbitMQ has /ws{PortHint(address)}.",
            407 => "A proxy on the way wants a login.",
            429 or 503 => "It has too much to do; try again later.",
            502 or 504 => "A proxy answered in place of the broker: check the address behind it, and that it passes on the headers Upgrade and Connection.",
            _ => "Check the host, the port and the path.",
        };
        if (failure.Body.Length > 0) advice = $"{advice} Its body begins: \"{Printable(failure.Body.ReplaceLineEndings(" "), 200).Trim()}\".";
        return new MqttException(MqttErrorCode.UpgradeRefused, $"{observed}. {advice}", failure) { HttpStatus = status, Rule = failure.Rule };
    }

    /// <summary>As an address to write, and without its query: that may be ours, with a signature in it.</summary>
    private static string Redirected(string location)
    {
        string shown = AddressFault.WithoutQuery(location);
        if (shown.StartsWith("https://", StringComparison.OrdinalIgnoreCase)) return $"wss{shown[5..]}";
        return shown.StartsWith("http://", StringComparison.OrdinalIgnoreCase) ? $"ws{shown[4..]}" : shown;
    }

    private static bool MentionsTls(string body) => // nginx, Apache, HAProxy, Go
        body.Contains("HTTPS port", StringComparison.OrdinalIgnoreCase) || body.Contains("HTTPS server", StringComparison.OrdinalIgnoreCase) || body.Contains("SSL-enabled", StringComparison.OrdinalIgnoreCase);

    private static string PortHint(MqttAddress address) =>
        address.Port == address.DefaultPort ? $", and brokers usually listen on {(address.IsTls ? 8084 : 8083)} rather than {address.Port}" : "";

    private static string PlainGuess(MqttAddress address) => address.Port switch
    {
        1883 => With(address, MqttScheme.Mqtt, 1883),
        8083 or 8080 or 9001 or 80 => With(address, MqttScheme.Ws, address.Port),
        _ when address.IsWebSocket => $"{With(address, MqttScheme.Ws, address.Port)}{Or(address, MqttScheme.Wss, 8084)}",
        _ => $"{With(address, MqttScheme.Mqtt, address.Port)}{Or(address, MqttScheme.Mqtts, 8883)}",
    };

    private static string Or(MqttAddress address, MqttScheme scheme, int port) => address.Port == port ? "" : $", or {With(address, scheme, port)}";

    private static string With(MqttAddress address, MqttScheme scheme, int port)
    {
        string path = address.IsWebSocket && address.PathAndQuery != "/" ? address.PathAndQuery : "/mqtt";
        return (address with { Scheme = scheme, Port = port, PathAndQuery = path, UserName = null, Password = null }).ToString();
    }

    private static string Show(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> start = bytes[..Math.Min(bytes.Length, 16)];
        return start.ContainsAnyExceptInRange((byte)' ', (byte)'~') ? $"the bytes {Convert.ToHexString(start)}" : $"\"{Encoding.ASCII.GetString(start)}\"";
    }

    /// <summary>A peer's text is shown, but may not write to the terminal what it likes.</summary>
    private static string Printable(string text, int most) => new([.. text.Take(most).Select(c => char.IsControl(c) ? '?' : c)]);

    private static string Innermost(Exception failure)
    {
        while (failure.InnerException is { } inner) failure = inner;
        return failure.Message.ReplaceLineEndings(" ").TrimEnd('.', ' ');
    }
}
