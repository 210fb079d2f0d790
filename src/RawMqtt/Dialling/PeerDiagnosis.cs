// SPDX-License-Identifier: MIT

using System.Net.Sockets;
using System.Text;
using RawMqtt.Codec;
using RawMqtt.Transports;
using RawMqtt.WebSockets;

namespace RawMqtt.Dialling;

/// <summary>Concludes from what a peer sent which protocol it speaks, and which address would fit it.</summary>
internal static class PeerDiagnosis
{
    /// <summary>The TLS handshake failed, and not for the certificate.</summary>
    public static MqttException OfTlsFailure(MqttAddress address, FirstBytes firstBytes, ClientCertificateRequest request, Exception failure)
    {
        ReadOnlySpan<byte> received = firstBytes.Received;
        if (received.IsEmpty)
        {
            return IsReset(failure)
                ? OfReset(address, MqttErrorCode.TlsNotSpoken, PortGuess.ForReset(address), failure)
                : ServerDiagnoses.TlsClosed.Fault(address, failure, ("try", PortGuess.WithoutTls(address)));
        }

        if (firstBytes.AreHttp)
        {
            return ServerDiagnoses.TlsAnsweredHttp.Fault(
                address, failure, ("answer", HttpAnswer.Of(received).ToString()), ("try", PortGuess.PlainHttp(address)));
        }

        if (!firstBytes.AreTls)
        {
            return OfGreeting(address, received, "the answer to the TLS handshake", MqttErrorCode.TlsNotSpoken, failure)
                ?? ServerDiagnoses.TlsOtherBytes.Fault(address, failure, ("bytes", PeerText.Quote(received)), ("try", PortGuess.WithoutTls(address)));
        }

        if (TlsAlert.Find(received, failure) is not { } alert)
            return ServerDiagnoses.TlsHandshakeFailed.Fault(address, failure, ("reason", Innermost(failure)));
        if (OfCertificateRequest(address, request, alert, "the TLS handshake", failure) is { } wanted) return wanted;
        DiagnosisEntry entry = alert switch
        {
            TlsAlert.ProtocolVersion => ServerDiagnoses.TlsVersion,
            TlsAlert.UnrecognizedName => ServerDiagnoses.TlsName,
            TlsAlert.NoApplicationProtocol => ServerDiagnoses.TlsProtocol,
            _ => ServerDiagnoses.TlsAlerted,
        };
        return entry.Fault(address, failure, ("alert", TlsAlert.Show(alert)), ("try", PortGuess.With(address, MqttScheme.Mqtts, address.Port)));
    }

    /// <summary>The WebSocket handshake failed: with an answer that is not the right 101, or with none.</summary>
    public static MqttException OfUpgradeFailure(MqttAddress address, ClientCertificateRequest request, WebSocketHandshakeException failure)
    {
        if (failure.StatusCode is not null) return UpgradeDiagnosis.Of(address, failure);
        return failure.Body.Length > 0 ? OfOtherAnswer(address, failure) : OfNoHttpAnswer(address, request, failure);
    }

    /// <summary>The WebSocket handshake got no answer: the connection ended.</summary>
    public static MqttException OfNoHttpAnswer(MqttAddress address, ClientCertificateRequest request, Exception? failure)
    {
        if (OfCertificateRequest(address, request, TlsAlert.Find([], failure), "the connection", failure) is { } wanted) return wanted;
        return IsReset(failure)
            ? OfReset(address, MqttErrorCode.WebSocketNotSpoken, PortGuess.ForClosed(address), failure)
            : ServerDiagnoses.HttpClosed.Fault(address, failure, ("guess", PortGuess.ForClosed(address)));
    }

    /// <summary>A 101 that did not choose the subprotocol of MQTT [MQTT-6.0.0-4].</summary>
    public static MqttException OfMissingSubprotocol(MqttAddress address) =>
        new(MqttErrorCode.UpgradeRefused, ServerDiagnoses.HttpNoSubprotocol.At(address)) { HttpStatus = 101, Rule = "MQTT-6.0.0-4" };

    /// <summary>CONNACK refused the client.</summary>
    /// <param name="address">Where it came from; null if the application made the stream.</param>
    /// <param name="code">1 to 5.</param>
    public static MqttException OfRefusal(MqttAddress? address, ConnectReturnCode code)
    {
        DiagnosisEntry entry = code switch
        {
            ConnectReturnCode.UnacceptableProtocolVersion => ConnectDiagnoses.Refused1,
            ConnectReturnCode.IdentifierRejected => ConnectDiagnoses.Refused2,
            ConnectReturnCode.ServerUnavailable => ConnectDiagnoses.Refused3,
            ConnectReturnCode.BadUserNameOrPassword => ConnectDiagnoses.Refused4,
            _ => ConnectDiagnoses.Refused5,
        };
        (string, string) server = ("server", address is null ? "The server" : $"The server at {address}");
        return new MqttException(entry.Kind, address is null ? entry.Of(server) : entry.At(address, server)) { ReturnCode = code };
    }

    /// <summary>The first bytes in place of a CONNACK do not begin one.</summary>
    /// <param name="address">Where they came from.</param>
    /// <param name="received">The first bytes that the server sent.</param>
    /// <param name="failure">The rule that they break.</param>
    public static MqttException OfFirstAnswer(MqttAddress address, ReadOnlySpan<byte> received, MqttException failure)
    {
        if (failure.InnerException is WebSocketViolationException violation)
        {
            MqttDiagnosis told = ConnectDiagnoses.WebSocketFault.At(address, ("reason", violation.Message), ("paths", PortGuess.OtherPath(address)));
            return new MqttException(failure.Code, told, failure) { Rule = failure.Rule };
        }

        (string, string) bytes = ("bytes", PeerText.Quote(received));
        if (received.StartsWith("HTTP"u8))
        {
            HttpAnswer answer = HttpAnswer.Of(received);
            string wss = PortGuess.With(address, MqttScheme.Wss, address.Port);
            return answer.WantsTls
                ? ConnectDiagnoses.AnsweredHttpWantsTls.Fault(address, null, ("answer", answer.ToString()), ("try", wss))
                : ConnectDiagnoses.AnsweredHttp.Fault(address, null, ("answer", answer.ToString()), ("try", PortGuess.ForHttp(address)));
        }

        if (received is [21 or 22, 3, _, ..])
            return ConnectDiagnoses.AnsweredTls.Fault(address, null, bytes, ("try", PortGuess.WithTls(address)));
        if (OfGreeting(address, received, "CONNACK", MqttErrorCode.MqttNotSpoken, failure) is { } greeting) return greeting;
        if (received is [0x20, 2, 0 or 1, >= 0x80, ..] or [0x20, > 2 and < 0x80, 0 or 1, 0 or >= 0x80, ..])
            return ConnectDiagnoses.Version5.Fault(address, failure, bytes, ("reason", ReasonText(received[3])));
        string reason = failure.Rule is null ? "That announces a packet that is longer than this client takes." : failure.Message;
        MqttDiagnosis other = ConnectDiagnoses.OtherBytes.At(address, bytes, ("reason", reason));
        return new MqttException(failure.Code, other, failure) { Rule = failure.Rule };
    }

    /// <summary>The connection stood, and ended before a CONNACK.</summary>
    public static MqttException OfNoConnAck(MqttAddress address, ClientCertificateRequest request, Exception failure)
    {
        (string, string) guess = ("guess", PortGuess.ForNoConnAck(address));
        if (failure is MqttException { CloseCode: CloseCode code and not CloseCode.AbnormalClosure } told)
        {
            return new MqttException(MqttErrorCode.MqttNotSpoken, ConnectDiagnoses.ClosedWithCode.At(address, guess, ("told", told.Message)), failure)
            {
                CloseCode = code,
                CloseReason = told.CloseReason,
            };
        }

        if (OfCertificateRequest(address, request, TlsAlert.Find([], failure), "the connection", failure) is { } wanted) return wanted;
        return IsReset(failure) ? OfReset(address, MqttErrorCode.MqttNotSpoken, guess.Item2, failure) : ConnectDiagnoses.Closed.Fault(address, failure, guess);
    }

    /// <summary>TCP stood, and the peer ended it with a reset.</summary>
    public static MqttException OfReset(MqttAddress address, MqttErrorCode kind, string guess, Exception? failure)
    {
        string awaited = kind switch
        {
            MqttErrorCode.TlsNotSpoken => "the answer to the TLS handshake",
            MqttErrorCode.WebSocketNotSpoken => "the answer to the WebSocket handshake",
            MqttErrorCode.MqttNotSpoken => "CONNACK",
            _ => "the first answer",
        };
        return (ServerDiagnoses.Reset with { Kind = kind }).Fault(address, failure, ("awaited", awaited), ("guess", guess));
    }

    private static MqttException OfOtherAnswer(MqttAddress address, WebSocketHandshakeException failure)
    {
        byte[] received = Encoding.Latin1.GetBytes(failure.Body);
        if (received is [21 or 22, 3, ..])
            return ServerDiagnoses.HttpAnsweredTls.Fault(address, failure, ("try", PortGuess.With(address, MqttScheme.Wss, address.Port)));
        return OfGreeting(address, received, "the answer to the WebSocket handshake", MqttErrorCode.WebSocketNotSpoken, failure)
            ?? ServerDiagnoses.HttpOtherBytes.Fault(address, failure, ("bytes", PeerText.Quote(received)));
    }

    private static MqttException? OfGreeting(MqttAddress address, ReadOnlySpan<byte> received, string awaited, MqttErrorCode kind, Exception? failure) =>
        PeerText.ProgramGreeting(received) is { } program
            ? (ServerDiagnoses.Banner with { Kind = kind }).Fault(
                address, failure, ("bytes", PeerText.Quote(received)), ("awaited", awaited), ("program", program))
            : null;

    /// <summary>The server asked for a certificate of the client, and ended.</summary>
    private static MqttException? OfCertificateRequest(MqttAddress address, ClientCertificateRequest request, int? alert, string what, Exception? failure)
    {
        bool isAlerted = TlsAlert.IsAboutCertificate(alert);
        string ended = alert is { } number ? $"ended {what} with alert {TlsAlert.Show(number)}" : $"ended {what}";
        if (request.IsAnswered)
            return isAlerted ? ServerDiagnoses.CertificateRefused.Fault(address, failure, ("ended", ended)) : null;
        return request.IsMade || alert == TlsAlert.CertificateRequired
            ? ServerDiagnoses.CertificateWanted.Fault(address, failure, ("ended", ended)) : null;
    }

    private static string ReasonText(byte reason) => reason switch
    {
        0 => " (accepted)",
        0x84 => " (reason code 0x84, unsupported protocol version)",
        0x85 => " (reason code 0x85, client identifier not valid)",
        0x86 => " (reason code 0x86, bad user name or password)",
        0x87 => " (reason code 0x87, not authorized)",
        _ => $" (reason code 0x{reason:X2})",
    };

    private static bool IsReset(Exception? failure)
    {
        for (; failure is not null; failure = failure.InnerException)
        {
            if (failure is SocketException { SocketErrorCode: SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown })
                return true;
        }

        return false;
    }

    private static string Innermost(Exception failure)
    {
        while (failure.InnerException is { } inner) failure = inner;
        return failure.Message.ReplaceLineEndings(" ").TrimEnd('.', ' ');
    }
}
