// SPDX-License-Identifier: MIT

namespace RawMqtt.Interop.Parts;

/// <summary>Our broker on free loopback ports.</summary>
internal static class OurBroker
{
    /// <param name="certificates">Null: no TLS.</param>
    /// <param name="which">The certificate to show.</param>
    /// <param name="proxies">The proxies that the broker trusts.</param>
    public static Task<MqttBroker> StartAsync(Certificates? certificates = null, string which = "good", params string[] proxies) => MqttBroker.StartAsync(new()
    {
        TrustedProxies = proxies,
        Listeners = ["ws://127.0.0.1:0/mqtt", "mqtt://127.0.0.1:0",
            .. certificates is null ? Array.Empty<string>() : ["wss://127.0.0.1:0/mqtt", "mqtts://127.0.0.1:0"]],
        CertificateFile = certificates?.Chain(which),
        KeyFile = certificates?.Key(which),
    });

    /// <summary>The address of a carrier: ws, tcp, wss or tls.</summary>
    public static string Address(MqttBroker broker, string carrier)
    {
        string scheme = carrier switch { "tcp" => "mqtt", "tls" => "mqtts", _ => carrier };
        return broker.Addresses.Single(address => address.StartsWith($"{scheme}://", StringComparison.Ordinal));
    }
}
