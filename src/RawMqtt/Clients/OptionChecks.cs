// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Codec;
using RawMqtt.Dialling;
using RawMqtt.WebSockets;

namespace RawMqtt.Clients;

/// <summary>Checks the arguments of callers when they are given, not when they are sent.</summary>
internal static class OptionChecks
{
    /// <summary>The longest time that timers of the runtime can wait.</summary>
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(49);

    /// <exception cref="ArgumentException">An option is outside its range.</exception>
    /// <exception cref="MqttException">An address cannot be read: <see cref="MqttErrorCode.InvalidAddress"/>.</exception>
    public static void Require(MqttClientOptions options)
    {
        Require(options.MaxInFlight is >= 1 and <= 65535, "MaxInFlight is 1 to 65535.");
        Require(options.MaxPacketLength is >= 2 and <= FixedHeader.MaxRemainingLength + 5, "MaxPacketLength is 2 to 268435460.");
        Require(options.KeepAlive >= TimeSpan.Zero && options.KeepAlive <= TimeSpan.FromSeconds(65535), "KeepAlive is 0 to 65535 seconds (3.1.2.10).");
        Require(options.KeepAlive.Ticks % TimeSpan.TicksPerSecond == 0, "KeepAlive is in whole seconds (3.1.2.10).");
        Require(IsTimeout(options.ConnectTimeout), $"ConnectTimeout is above zero and at most {LongestTimer}.");
        Require(IsTimeout(options.PingTimeout), $"PingTimeout is above zero and at most {LongestTimer}.");
        Require(IsTimeout(options.AckTimeout), $"AckTimeout is above zero and at most {LongestTimer}.");
        Require(options.ReconnectDelay >= TimeSpan.Zero && options.MaxReconnectDelay >= options.ReconnectDelay,
            "ReconnectDelay is not negative, and not above MaxReconnectDelay.");
        Require(options.MaxReconnectDelay <= LongestTimer, $"MaxReconnectDelay is at most {LongestTimer}.");
        Require(options.Addresses.Count > 0 || options.ConnectStream is not null, "There is no address to connect to.");
        bool hasHttp = options.ConnectStream is not null;
        foreach (string address in options.ConnectStream is null ? options.Addresses : []) hasHttp |= MqttAddress.Parse(address).IsWebSocket;
        Require(options.RequestHeaders.Count == 0 || hasHttp, "RequestHeaders go with ws and wss: no address has an HTTP request that could carry them.");
        Require(options.Tls is not { CertificateFile: null, KeyFile: not null }, "A KeyFile goes with a CertificateFile.");
        _ = new ClientHandshake { Host = "any", Headers = options.RequestHeaders }; // throws where a field cannot be sent
        Require(options.Password is null || options.UserName is not null, $"{ProtocolViolation.PasswordWithoutUserName}."); // [MQTT-3.1.2-22]
        Require(options.Password is null || options.Password.Value.Length <= ushort.MaxValue, "The password takes more than 65535 bytes (3.1.3.5).");
        Require(options.ClientId is not "" || options.CleanSession, $"{ProtocolViolation.EmptyClientIdWithSession}."); // [MQTT-3.1.3-7]
        Require(options.SessionFile is null || !options.CleanSession,
            "A SessionFile goes with CleanSession = false: a clean session ends with its connection.");
        if (options.Tls is { } tls) Require(tls);
        RequireText(options.ClientId ?? "", "client identifier");
        RequireText(options.UserName ?? "", "user name");
        if (options.Will is not MqttWill will) return;
        Require(TopicName.IsValid(Encoding.UTF8.GetBytes(will.Topic), out ProtocolViolation? violation), $"The topic of the Will breaks a rule: {violation}.");
        Require(will.Payload.Length <= ushort.MaxValue, "The payload of the Will takes more than 65535 bytes (3.1.3.3).");
        Require(will.Qos <= QualityOfService.ExactlyOnce, $"{ProtocolViolation.ReservedWillQos}."); // [MQTT-3.1.2-14]
    }

    public static void Require(MqttSubscribeOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        Require(options.MaxMessages > 0 && options.MaxBytes > 0, "MaxMessages and MaxBytes are above zero.");
        Require(options.Receiver is null || !options.ManualAcknowledgement,
            "Manual acknowledgement goes with the stream: a receiver acknowledges by returning.");
    }

    public static void RequireFilters(IReadOnlyList<MqttTopicFilter> filters)
    {
        ArgumentNullException.ThrowIfNull(filters);
        Require(filters.Count > 0, $"{ProtocolViolation.EmptySubscribe}."); // [MQTT-3.8.3-3]
        foreach (MqttTopicFilter filter in filters)
        {
            Require(TopicFilter.IsValid(Encoding.UTF8.GetBytes(filter.Filter), out ProtocolViolation? violation),
                $"The topic filter \"{filter.Filter}\" breaks a rule: {violation}.");
            Require(filter.Qos <= QualityOfService.ExactlyOnce, $"{ProtocolViolation.ReservedRequestedQos}."); // [MQTT-3.8.3-4]
        }
    }

    private static void Require(MqttTlsOptions tls)
    {
        Require(tls.Certificate is null || tls.CertificateFile is null, "Certificate and CertificateFile exclude each other.");
        Require(tls.Certificate is null or { HasPrivateKey: true }, "The Certificate has no private key.");
        Require(tls.Pin is null || CertificatePin.IsValid(tls.Pin), "Pin is sha256// and 44 characters of Base64, or several with ; between.");
        int deciding = (tls.Pin is null ? 0 : 1) + (tls.ValidateCertificate is null ? 0 : 1) + (tls.AllowUntrusted ? 1 : 0);
        Require(deciding <= 1, "Pin, ValidateCertificate and AllowUntrusted exclude each other: each decides about the certificate.");
        foreach (string name in tls.ApplicationProtocols)
            Require(Encoding.UTF8.GetByteCount(name) is > 0 and < 256, "ApplicationProtocols have 1 to 255 bytes each.");
    }

    private static bool IsTimeout(TimeSpan? time) => time is null || (time > TimeSpan.Zero && time <= LongestTimer);

    private static void RequireText(string text, string name)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        Require(utf8.Length <= Utf8Text.MaxLength, $"The {name} takes more than 65535 bytes (1.5.3).");
        Require(Utf8Text.IsValid(utf8, out ProtocolViolation? violation), $"The {name} breaks a rule: {violation}.");
    }

    private static void Require(bool condition, string otherwise)
    {
        if (!condition) throw new ArgumentException(otherwise);
    }
}
