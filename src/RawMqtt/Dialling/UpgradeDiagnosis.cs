// SPDX-License-Identifier: MIT

using RawMqtt.Transports;

namespace RawMqtt.Dialling;

/// <summary>Concludes from an HTTP answer why the WebSocket handshake was refused.</summary>
internal static class UpgradeDiagnosis
{
    /// <summary>The answer has a status, and is not the 101 that opens the WebSocket.</summary>
    public static MqttException Of(MqttAddress address, WebSocketHandshakeException failure)
    {
        HttpAnswer answer = HttpAnswer.Of(failure);
        string? location = HttpAnswer.Field(failure, "Location");
        string? challenge = HttpAnswer.Field(failure, "WWW-Authenticate");
        MqttDiagnosis diagnosis = EntryFor(answer, failure).At(
            address,
            ("status", $"{answer.Status}"),
            ("answer", answer.ToString()),
            ("words", PeerText.FirstWords(answer.Body)),
            ("reason", failure.Message.TrimEnd('.')),
            ("rule", failure.Rule ?? ""),
            ("location", location is null ? "" : $", to {PeerText.Clean(Redirected(location), 200)}"),
            ("challenge", challenge is null ? "" : $" ({PeerText.Clean(challenge, 60)})"),
            ("ended", $"answered with {answer}"),
            ("paths", PortGuess.OtherPath(address)),
            ("try", PortGuess.With(address, MqttScheme.Wss, address.Port)));
        return new MqttException(MqttErrorCode.UpgradeRefused, diagnosis, failure) { HttpStatus = answer.Status, Rule = failure.Rule };
    }

    private static DiagnosisEntry EntryFor(HttpAnswer answer, WebSocketHandshakeException failure) => answer.Status switch
    {
        _ when failure.Rule == "WS-4.1-35" && failure.Message.Contains("more than", StringComparison.Ordinal) => ServerDiagnoses.HttpTooLarge,
        101 => ServerDiagnoses.HttpWrong101,
        400 when answer.WantsTls => ServerDiagnoses.HttpWantsTls,
        400 when answer.WantsCertificate => ServerDiagnoses.CertificateWanted,
        _ when answer.LacksUpgrade => ServerDiagnoses.HttpUpgradeLost,
        200 => ServerDiagnoses.Http200,
        301 or 302 or 303 or 307 or 308 => ServerDiagnoses.HttpRedirect,
        400 => ServerDiagnoses.Http400,
        401 => ServerDiagnoses.Http401,
        403 => ServerDiagnoses.Http403,
        404 or 405 => ServerDiagnoses.Http404,
        407 => ServerDiagnoses.Http407,
        431 => ServerDiagnoses.Http431,
        429 or 503 => ServerDiagnoses.Http503,
        502 or 504 => ServerDiagnoses.Http502,
        505 => ServerDiagnoses.Http505,
        _ => ServerDiagnoses.HttpOther,
    };

    /// <summary>As an address to write, and without its query: that may be ours, with a signature in it.</summary>
    private static string Redirected(string location)
    {
        string shown = ShownAddress.WithoutQuery(location);
        if (shown.StartsWith("https://", StringComparison.OrdinalIgnoreCase)) return $"wss{shown[5..]}";
        return shown.StartsWith("http://", StringComparison.OrdinalIgnoreCase) ? $"ws{shown[4..]}" : shown;
    }
}
