// SPDX-License-Identifier: MIT

namespace RawMqtt.Tests;

/// <summary>TLS options are checked before anything is dialled, and show no secrets.</summary>
public class MqttTlsOptionsTests
{
    [Fact]
    public async Task Options_that_cannot_be_meant_are_refused_at_once()
    {
        string pin = $"sha256//{Convert.ToBase64String(new byte[32])}";
        foreach ((MqttTlsOptions tls, string expected) in new[]
        {
            (new MqttTlsOptions { KeyFile = "a" }, "goes with a CertificateFile"),
            (new MqttTlsOptions { Pin = "" }, "Pin is sha256//"),
            (new MqttTlsOptions { Pin = "sha256//abc" }, "Pin is sha256//"),
            (new MqttTlsOptions { Pin = $"{pin};{pin[..^1]}" }, "Pin is sha256//"),
            (new MqttTlsOptions { Pin = $"{pin[..^2]}B=" }, "Pin is sha256//"),
            (new MqttTlsOptions { Pin = pin, AllowUntrusted = true }, "exclude each other"),
            (new MqttTlsOptions { Pin = pin, ValidateCertificate = (_, _, _, errors) => errors == 0 }, "exclude each other"),
            (new MqttTlsOptions { ApplicationProtocols = [""] }, "1 to 255 bytes"),
            (new MqttTlsOptions { ApplicationProtocols = [new('x', 256)] }, "1 to 255 bytes"),
        })
        {
            var options = new MqttClientOptions { Address = "wss://localhost/mqtt", Tls = tls };
            Assert.Contains(expected, Assert.Throws<ArgumentException>(() => new MqttClient(options)).Message, StringComparison.Ordinal);
        }

        await new MqttClient(new MqttClientOptions { Address = "wss://localhost/mqtt", Tls = new MqttTlsOptions { Pin = $"{pin};{pin}" } }).DisposeAsync();
    }

    [Fact]
    public void No_text_of_the_options_shows_a_passphrase()
    {
        Assert.DoesNotContain("sesame", new MqttTlsOptions { KeyFile = "k", KeyPassword = "sesame" }.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("sesame", new MqttBrokerOptions { KeyFile = "k", KeyPassword = "sesame" }.ToString(), StringComparison.Ordinal);
    }
}
