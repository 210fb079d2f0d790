// SPDX-License-Identifier: MIT

using RawMqtt.Codec;
using RawMqtt.Dialling;
using RawMqtt.Transports;
using RawMqtt.WebSockets;

namespace RawMqtt.Clients;

/// <summary>The exceptions for a connection that the server ended: what it said, and what that means.</summary>
internal static class ServerClose
{
    /// <summary>The server's sending ended where a packet may begin, or within one.</summary>
    /// <param name="stream">It has ended.</param>
    /// <param name="largestWrite">Bytes of the largest write of this connection.</param>
    /// <param name="lastSent">The packet that the server got last.</param>
    public static MqttException Of(Stream stream, int largestWrite, PacketType lastSent)
    {
        const string Ended = "The server closed the connection";
        if (stream is not WebSocketStream { CloseCode: CloseCode code } webSocket) return After(lastSent, $"{Ended}.", null, null);
        string said = webSocket.CloseReason.Length > 0 ? $": \"{Printable(webSocket.CloseReason)}\"" : "";
        string text = code switch
        {
            CloseCode.AbnormalClosure => $"{Ended} without a WebSocket Close.",
            CloseCode.NoStatusReceived => $"{Ended} with a WebSocket Close that has no code.",
            _ => $"{Ended} with code {(int)code} ({MeaningOf(code)}){said}.{AdviceFor(code, largestWrite)}",
        };
        bool isOfTheServer = code is CloseCode.NormalClosure or CloseCode.GoingAway or (CloseCode)1012; // it stops or restarts
        return After(isOfTheServer ? PacketType.Connect : lastSent, text, code, webSocket.CloseReason);
    }

    /// <summary>A write failed. If the server has closed the WebSocket, its word counts.</summary>
    public static MqttException OfWrite(Stream stream, int largestWrite, PacketType lastSent, Exception failure) =>
        stream is WebSocketStream { CloseCode: not (null or CloseCode.AbnormalClosure) }
            ? Of(stream, largestWrite, lastSent)
            : new MqttException(MqttErrorCode.ConnectionLost, "The network connection broke while it was written to.", failure);

    /// <summary>The server broke a rule of RFC 6455.</summary>
    public static MqttException Of(WebSocketViolationException violation) =>
        new(MqttErrorCode.ProtocolViolation, $"The server broke a rule of WebSocket: {violation.Message}", violation) { Rule = violation.Rule };

    /// <summary>A server that closes on a SUBSCRIBE or PUBLISH often dislikes just that packet.</summary>
    private static MqttException After(PacketType lastSent, string ended, CloseCode? code, string? reason)
    {
        DiagnosisEntry entry = lastSent switch
        {
            PacketType.Subscribe => ConnectDiagnoses.LostAfterSubscribe,
            PacketType.Publish => ConnectDiagnoses.LostAfterPublish,
            _ => ConnectDiagnoses.Lost,
        };
        return new MqttException(entry.Kind, entry.Of(("ended", ended))) { CloseCode = code, CloseReason = reason, IsEndByServer = true };
    }

    private static string MeaningOf(CloseCode code) => (int)code switch
    {
        1000 => "normal closure",
        1001 => "going away: the server stops or restarts",
        1002 => "protocol error",
        1003 => "data of a kind that the server does not take",
        1007 => "data that contradict their type",
        1008 => "against the server's policy",
        1009 => "a message larger than the server takes",
        1010 => "an extension is missing",
        1011 => "the server failed",
        1012 => "the server restarts",
        1013 => "try again later",
        1014 => "a proxy could not reach the server",
        >= 3000 and < 4000 => "a registered code",
        _ => "a code of the server's own",
    };

    private static string AdviceFor(CloseCode code, int largestWrite) => code switch
    {
        CloseCode.MessageTooBig =>
            $" The largest write of this connection had {largestWrite} bytes: publish less at once, or raise the limit of the server or of a proxy.",
        CloseCode.PolicyViolation => " The server may not allow what this client did last, or another client with the same identifier took its place.",
        CloseCode.UnacceptableData => " The server may not speak MQTT at this path.",
        _ => "",
    };

    /// <summary>A server's text is shown, but must not control the terminal.</summary>
    private static string Printable(string text) => new(Array.ConvertAll(text.ToCharArray(), static letter => char.IsControl(letter) ? '?' : letter));
}
