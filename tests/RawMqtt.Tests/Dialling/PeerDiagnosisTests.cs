// SPDX-License-Identifier: MIT

using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using RawMqtt.Clients;
using RawMqtt.Codec;
using RawMqtt.Dialling;
using RawMqtt.Tests.Dialling.Matrix;
using RawMqtt.Tests.Transports;
using RawMqtt.Transports;

namespace RawMqtt.Tests.Dialling;

/// <summary>What is concluded from bytes and failures that no endpoint of the matrix sends.</summary>
public class PeerDiagnosisTests
{
    private static readonly MqttAddress Wss = MqttAddress.Parse("wss://h:8084/mqtt");
    private static readonly MqttAddress Mqtt = MqttAddress.Parse("mqtt://h:7777");

    [Theory]
    [InlineData(70, "tls.version", "alert 70 (protocol version)")]
    [InlineData(112, "tls.name-not-served", "alert 112 (unrecognized name)")]
    [InlineData(120, "tls.no-http", "Try mqtts://h:8084")]
    [InlineData(40, "tls.alert", "alert 40 (handshake failure)")]
    [InlineData(99, "tls.alert", "alert 99.")]
    [InlineData(116, "tls.client-certificate-wanted", "asked for a client certificate, got none, and ended the TLS handshake with alert 116")]
    public void Alerts_are_named(byte alert, string code, string words)
    {
        var bytes = new FirstBytes();
        bytes.Keep(MqttTapDirection.Received, [21, 3, 3, 0, 2, 2, alert]);

        Expect(PeerDiagnosis.OfTlsFailure(Wss, bytes, new ClientCertificateRequest(), new AuthenticationException("x")), code, words);
    }

    [Theory]
    [InlineData("error:0A00045C:SSL routines::tlsv13 alert certificate required", false, "tls.client-certificate-wanted")]
    [InlineData("error:0A000412:SSL routines::sslv3 alert bad certificate", true, "tls.client-certificate-refused")]
    [InlineData("error:0A000418:SSL routines::tlsv1 alert unknown ca", true, "tls.client-certificate-refused")]
    [InlineData("something else", true, "mqtt.closed")]
    public void Alert_in_the_text_of_OpenSSL_is_found(string text, bool isAnswered, string code)
    {
        var failure = new MqttException(MqttErrorCode.ConnectionLost, "x", new IOException("y", new InvalidOperationException(text)));

        Expect(PeerDiagnosis.OfNoConnAck(Mqtt, new ClientCertificateRequest { IsAnswered = isAnswered }, failure), code, "mqtt://h:7777");
    }

    [Fact]
    public void Handshake_without_an_alert_tells_the_innermost_reason()
    {
        var bytes = new FirstBytes();
        bytes.Keep(MqttTapDirection.Received, [22, 3, 3, 0, 80]);

        Expect(PeerDiagnosis.OfTlsFailure(Wss, bytes, new ClientCertificateRequest(), new AuthenticationException("x", new IOException("cipher"))),
            "tls.failed", "failed: cipher.");
    }

    [Theory]
    [InlineData(407, "Proxy Authentication Required", "http.407", "login")]
    [InlineData(418, "I'm a teapot", "http.other", "HTTP status 418 I'm a teapot")]
    [InlineData(400, "Bad Request", "http.wants-tls", "Try wss://h:8084/mqtt")]
    public void Status_has_its_entry(int status, string reason, string code, string words)
    {
        string body = status == 400 ? "Client sent an HTTP request to an HTTPS server." : "";
        var failure = new WebSocketHandshakeException("x") { StatusCode = status, Reason = reason, Body = body };

        Expect(PeerDiagnosis.OfUpgradeFailure(Wss, new ClientCertificateRequest(), failure), code, words);
    }

    [Fact]
    public void Http_that_wants_TLS_in_answer_to_CONNECT_leads_to_wss()
    {
        byte[] answer = [.. "HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n<title>400 The plain HTTP request was sent to HTTPS port</title>"u8];

        Expect(PeerDiagnosis.OfFirstAnswer(Mqtt, answer, new MqttException(ProtocolViolation.FirstPacketNotConnAck)), "mqtt.answered-http-wants-tls",
            "answered CONNECT with HTTP status 400 Bad Request from nginx (\"400 The plain HTTP request was sent to HTTPS port\"). "
            + "So it may be a WebSocket port with TLS. Try wss://h:7777/mqtt.");
    }

    [Theory]
    [InlineData("+OK POP3 ready\r\n", "POP3")]
    [InlineData("* OK IMAP4rev1\r\n", "IMAP")]
    [InlineData("AMQP\0\0\t\u0001", "RabbitMQ has MQTT on port 1883")]
    [InlineData("-ERR unknown command\r\n", "Redis")]
    [InlineData("INFO {\"server_id\":1}\r\n", "NATS")]
    [InlineData("RFB 003.008\n", "VNC")]
    [InlineData("J\0\0\0\n8.0.36\0", "MySQL")]
    [InlineData("\u00ff\u00fd\u0018", "Telnet")]
    [InlineData("220 ProFTPD FTP ready\r\n", "FTP")]
    public void Programs_are_known_by_what_they_say_first(string greeting, string program)
    {
        byte[] bytes = System.Text.Encoding.Latin1.GetBytes(greeting);

        Expect(PeerDiagnosis.OfFirstAnswer(Mqtt, bytes, new MqttException(ProtocolViolation.FirstPacketNotConnAck)), "port.other-protocol", program);
    }

    [Theory]
    [InlineData("20030000" + "00", "mqtt.version-5", "(accepted)")]
    [InlineData("2003008700", "mqtt.version-5", "reason code 0x87, not authorized")]
    [InlineData("20020084", "mqtt.version-5", "reason code 0x84")]
    [InlineData("20020100", "mqtt.other-bytes", "the bytes 20020100. The peer broke a rule")]
    [InlineData("20020200", "mqtt.other-bytes", "the bytes 20020200. The peer broke a rule")]
    [InlineData("2068656C6C6F", "mqtt.other-bytes", "with \" hello\"")]
    public void Only_a_CONNACK_of_MQTT_5_is_told_as_one(string bytes, string code, string words) =>
        Expect(PeerDiagnosis.OfFirstAnswer(Mqtt, Convert.FromHexString(bytes), new MqttException(ProtocolViolation.ReservedConnAckFlags)), code, words);

    [Theory]
    [InlineData(PacketType.Subscribe, "lost.after-subscribe", "too many filters")]
    [InlineData(PacketType.Publish, "lost.after-publish", "larger than they take")]
    [InlineData(PacketType.PingReq, "lost.closed", "closed the connection.")]
    public void End_after_a_packet_names_it(PacketType last, string code, string words) => Expect(ServerClose.Of(Stream.Null, 10, last), code, words);

    [Fact]
    public async Task Last_packet_is_that_of_the_connection()
    {
        await using var server = new Clients.SmallServer();
        server.Answer = (packet, output) => packet.Header.Type != PacketType.Subscribe && Clients.SmallServer.AcknowledgeAll(packet, output);
        await using var client = new MqttClient(server.ClientOptions with { ReconnectDelay = TimeSpan.Zero });
        var ended = new TaskCompletionSource<MqttException?>(TaskCreationOptions.RunContinuationsAsynchronously);
        client.StateChanged += change =>
        {
            if (change.From == MqttClientState.Connected) ended.TrySetResult(change.Cause);
        };
        await client.OpenAsync();

        await Assert.ThrowsAsync<MqttException>(() => client.SubscribeAsync("a/#").WaitAsync(TimeSpan.FromSeconds(60)));

        Assert.Equal("lost.after-subscribe", (await ended.Task)?.Diagnosis?.Code);
    }

    [Fact]
    public void Server_texts_hold_no_control_characters_and_have_an_end()
    {
        var failure = new WebSocketHandshakeException("x")
        {
            StatusCode = 404,
            Reason = "\u001b[2J\u202e",
            Body = $"<p>\u0007{new string('w', 5000)}",
            Headers = [new("Server", new string('s', 5000)), new("Location", "http://\u001b]0;x")],
        };

        MqttException told = PeerDiagnosis.OfUpgradeFailure(Wss, new ClientCertificateRequest(), failure);

        Assert.True(told.Message.Length < 600);
        Assert.DoesNotContain(told.Message, c => char.IsControl(c) || c == '\u202e');
        Assert.All(told.Diagnosis!.Facts.Values, value => Assert.DoesNotContain(value, char.IsControl));
    }

    [Theory]
    [InlineData("ws://h/mqtt", SocketError.ConnectionRefused, "tcp.refused-default-port", "brokers usually listen on 8083. Try ws://h:8083/mqtt")]
    [InlineData("wss://h/mqtt", SocketError.ConnectionRefused, "tcp.refused-default-port", "Try wss://h:8084/mqtt")]
    [InlineData("mqtts://h:8884", SocketError.ConnectionRefused, "tcp.refused-8884", "8884 is that of no broker by default")]
    [InlineData("mqtts://h:8884", SocketError.ConnectionRefused, "tcp.refused-8884", "Try mqtts://h:8883.")]
    [InlineData("mqtt://h:1883", SocketError.TimedOut, "tcp.unreachable", "(127.0.0.1: no answer)")]
    [InlineData("mqtt://h:1883", SocketError.ConnectionReset, "tcp.reset", "TCP to mqtt://h:1883 stood, and the other end reset it")]
    [InlineData("wss://h/mqtt", SocketError.ConnectionReset, "tcp.reset", "The port may have no TLS")]
    public void Failures_of_TCP_are_told_apart(string address, SocketError error, string code, string words) =>
        Expect(TcpDiagnosis.Of(MqttAddress.Parse(address), [new HostFailure(IPAddress.Loopback, error)]), code, words);

    [Fact]
    public void Each_phase_has_its_timeout()
    {
        DiagnosisEntry[] entries = [ServerDiagnoses.TimeoutName, ServerDiagnoses.TimeoutTcp, ServerDiagnoses.TimeoutFunction];
        Assert.All(entries, entry =>
        {
            var phases = new ConnectPhases(TimeProvider.System);
            phases.Begin("BeforeConnect", entry);
            MqttException late = phases.TimedOut(" to mqtt://h:1883", TimeSpan.FromSeconds(1.5));
            Expect(late, entry.Code, "No connection to mqtt://h:1883 within 1.5 s: still waiting for ");
        });
    }

    [Fact]
    public void Facts_fill_a_text_of_the_callers_own()
    {
        MqttDiagnosis diagnosis = ServerDiagnoses.Refused.At(Mqtt, ("tried", "{host}"));

        Assert.Equal("h, 7777, {host}, , {", diagnosis.Fill("{host}, {port}, {tried}, {nothing}, {"));
    }

    [Fact]
    public void Certificate_that_only_the_system_refuses_is_told_with_its_reason()
    {
        using X509Certificate2 certificate = TestCertificates.SelfSigned("h");
        var check = new CertificateCheck(Wss, "h", new MqttTlsOptions(), DateTimeOffset.UtcNow);

        Assert.False(check.Accept(this, null, null, SslPolicyErrors.RemoteCertificateNotAvailable));
        Expect(check.Refusal!, "tls.no-certificate", "shows no certificate");
        Assert.False(check.Accept(this, certificate, null, SslPolicyErrors.RemoteCertificateChainErrors));
        Expect(check.Refusal!, "tls.refused", "is refused (RemoteCertificateChainErrors)");
    }

    private static void Expect(MqttException failure, string code, string words)
    {
        Assert.Equal(code, failure.Diagnosis?.Code);
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
        Assert.Empty(Catalogue.FactsMissingIn(failure.Diagnosis!));
    }
}
