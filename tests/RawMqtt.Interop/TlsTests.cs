// SPDX-License-Identifier: MIT

using RawMqtt.Interop.Parts;

namespace RawMqtt.Interop;

/// <summary>wss and mqtts, both ways, and the certificates that a client must not take.</summary>
public class TlsTests
{
    [Theory]
    [InlineData("wss")]
    [InlineData("tls")]
    public async Task Client_and_tool_trust_mosquitto_by_an_authority_file(string carrier)
    {
        using Certificates certificates = await Certificates.MakeAsync();
        await using Mosquitto mosquitto = await Mosquitto.StartAsync(certificates);
        string url = mosquitto.Address(carrier);
        await using MqttClient client = await MqttClient.ConnectAsync(
            new MqttClientOptions { Address = url, Tls = new MqttTlsOptions { CertificateAuthorityFile = certificates.Authority } });
        MqttSubscription messages = await client.SubscribeAsync("secret", QualityOfService.ExactlyOnce);

        Finished pub = await RealProcess.RunToolAsync("pub", "--url", url, "--cafile", certificates.Authority, "-t", "secret", "-m",
            "kept from others", "-q", "2");

        Assert.Equal((0, ""), (pub.ExitCode, pub.Error));
        Assert.Equal("kept from others", (await MosquittoTests.TakeAsync(messages, 1))[0].PayloadText);
    }

    [Theory]
    [InlineData("expired", "wss", "expired on 2020-02-01")]
    [InlineData("notyet", "tls", "only, and the clock here says")]
    [InlineData("wronghost", "wss", "is for other.example, and \"localhost\" was wanted")]
    [InlineData("wronghost", "tls", "is for other.example, and \"localhost\" was wanted")]
    [InlineData("selfsigned", "wss", "is self-signed")]
    public async Task Tool_refuses_a_bad_certificate_with_its_reason(string which, string carrier, string reason)
    {
        using Certificates certificates = await Certificates.MakeAsync();
        await using Mosquitto mosquitto = await Mosquitto.StartAsync(certificates, which);

        Finished pub = await RealProcess.RunToolAsync("pub", "--url", mosquitto.Address(carrier), "--cafile", certificates.Authority, "-t", "a", "-m", "b");

        Assert.Equal((3, ""), (pub.ExitCode, pub.Output));
        Assert.Contains(reason, pub.Error, StringComparison.Ordinal);
        Assert.Single(pub.Error.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public async Task Insecure_takes_it_and_says_so()
    {
        using Certificates certificates = await Certificates.MakeAsync();
        await using Mosquitto mosquitto = await Mosquitto.StartAsync(certificates, "selfsigned");

        Finished without = await RealProcess.RunToolAsync("pub", "--url", mosquitto.Wss, "-t", "a", "-m", "b");
        Finished insecure = await RealProcess.RunToolAsync("pub", "--url", mosquitto.Wss, "--insecure", "-t", "a", "-m", "b");

        Assert.Equal((3, 0), (without.ExitCode, insecure.ExitCode));
        Assert.Contains("--insecure accepts any certificate", insecure.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tls")]
    public async Task Mosquitto_clients_trust_our_broker(string carrier)
    {
        string pub = RealPart.MosquittoPub;
        using Certificates certificates = await Certificates.MakeAsync();
        await using MqttBroker broker = await OurBroker.StartAsync(certificates);
        await using MqttClient client = await MqttClient.ConnectAsync(OurBroker.Address(broker, "ws"));
        MqttSubscription messages = await client.SubscribeAsync("secret", QualityOfService.AtLeastOnce);
        string port = new Uri(OurBroker.Address(broker, carrier)).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);

        Finished sent = await RealProcess.RunAsync(pub, "-h", "localhost", "-p", port, "--cafile", certificates.Authority, "-t",
            "secret", "-m", "kept", "-q", "1");

        Assert.Equal((0, ""), (sent.ExitCode, sent.Error));
        Assert.Equal("kept", (await MosquittoTests.TakeAsync(messages, 1))[0].PayloadText);
    }

    [Theory]
    [InlineData("wss")]
    [InlineData("tls")]
    public async Task Tool_serves_tls_and_connects_to_itself(string carrier)
    {
        using Certificates certificates = await Certificates.MakeAsync();
        await using RealProcess broker = RealProcess.StartTool("broker", carrier == "wss" ? "--wss" : "--tls", "127.0.0.1:0", "--cert",
            certificates.Chain("good"), "--key", certificates.Key("good"), "--quiet");
        string url = (await broker.LineAsync("listening "))["listening ".Length..];
        await broker.LineAsync("ready");

        Finished pub = await RealProcess.RunToolAsync("pub", "--url", url, "--cafile", certificates.Authority, "-t", "a", "-m", "b", "-q", "1", "-r");
        Finished sub = await RealProcess.RunToolAsync("sub", "--url", url, "--cafile", certificates.Authority, "-t", "a", "-C", "1", "-W", "20");

        Assert.Equal((0, ""), (pub.ExitCode, pub.Error));
        Assert.Equal((0, "b\n"), (sub.ExitCode, sub.Output));
    }
}
