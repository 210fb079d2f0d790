// SPDX-License-Identifier: MIT

using RawMqtt.Interop.Parts;

namespace RawMqtt.Interop;

/// <summary>nginx ends the TLS in front of our broker, as the article has it (but in words that nginx takes).</summary>
public class NginxTests
{
    [Fact]
    public async Task Wss_to_nginx_is_ws_to_the_broker()
    {
        string node = RealPart.Node;
        using Certificates certificates = await Certificates.MakeAsync();
        await using MqttBroker broker = await OurBroker.StartAsync(proxies: "127.0.0.1");
        await using Nginx nginx = await Nginx.StartAsync(certificates, new Uri(OurBroker.Address(broker, "ws")).Authority);

        await using MqttClient client = await MqttClient.ConnectAsync(
            new MqttClientOptions { Address = nginx.Wss, Tls = new MqttTlsOptions { CertificateAuthorityFile = certificates.Authority } });
        MqttSubscription messages = await client.SubscribeAsync("through/nginx", QualityOfService.ExactlyOnce);
        await client.PublishAsync("through/nginx", "there and back", QualityOfService.ExactlyOnce);
        Assert.Equal("there and back", (await MosquittoTests.TakeAsync(messages, 1))[0].PayloadText);

        Finished session = await RealProcess.RunAsync(node, Path.Combine(RealPart.Folder, "peers", "mqttjs-session.mjs"), nginx.Wss, certificates.Authority);
        Assert.True(session.ExitCode == 0, session.Output + session.Error);
    }

    [Fact]
    public async Task Dead_broker_behind_nginx_is_named_with_its_status()
    {
        using Certificates certificates = await Certificates.MakeAsync();
        await using Nginx nginx = await Nginx.StartAsync(certificates, $"127.0.0.1:{FreePort.Take()}");

        Finished pub = await RealProcess.RunToolAsync("pub", "--url", nginx.Wss, "--cafile", certificates.Authority, "-t", "a", "-m", "b");
        Finished elsewhere = await RealProcess.RunToolAsync("pub", "--url", nginx.Wss.Replace("/mqtt", "/", StringComparison.Ordinal), "--cafile",
            certificates.Authority, "-t", "a", "-m", "b");
        Finished plain = await RealProcess.RunToolAsync("pub", "--url", nginx.Wss.Replace("wss:", "ws:", StringComparison.Ordinal), "-t", "a", "-m", "b");

        Assert.Equal(4, pub.ExitCode);
        Assert.Contains("HTTP status 502", pub.Error, StringComparison.Ordinal);
        Assert.Equal(4, elsewhere.ExitCode);
        Assert.Contains("HTTP status 404", elsewhere.Error, StringComparison.Ordinal);
        Assert.Equal(4, plain.ExitCode);
        Assert.Contains("The port wants TLS. Try wss://", plain.Error, StringComparison.Ordinal);
    }
}
