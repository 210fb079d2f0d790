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
        Finished sub = await RealProcess.RunToolAsync("sub", "--url", url, "--cafile", certificates.Authority, "-t", "a", "-C", "1", "-W", "100");

        Assert.Equal((0, ""), (pub.ExitCode, pub.Error));
        Assert.Equal((0, "b\n"), (sub.ExitCode, sub.Output));
    }

    [Theory]
    [InlineData("mqtts", "good", "expired")]
    [InlineData("wss", "good", "expired")]
    public async Task A_key_of_another_certificate_ends_the_tool_at_once_with_the_name_of_the_file(string scheme, string certificate, string key)
    {
        using Certificates certificates = await Certificates.MakeAsync();
        foreach (string[] command in new[] { new[] { "pub", "-m", "b" }, ["sub"] })
        {
            Finished tool = await RealProcess.RunToolAsync(
                [.. command, "--url", $"{scheme}://127.0.0.1:1", "-t", "a", "--cert", certificates.Chain(certificate), "--key", certificates.Key(key)]);
            Assert.Equal(1, tool.ExitCode);
            Assert.Contains($"the private key in {certificates.Key(key)} is not that of the certificate", tool.Error, StringComparison.Ordinal);
        }

        Finished broker = await RealProcess.RunToolAsync(
            "broker", "--tls", "127.0.0.1:0", "--cert", certificates.Chain(certificate), "--key", certificates.Key(key));
        Assert.Equal(1, broker.ExitCode);
        Assert.Contains($"the private key in {certificates.Key(key)} is not that of the certificate", broker.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-tls1_2")]
    [InlineData("-tls1_3")]
    public async Task A_client_that_rejects_the_certificate_is_a_line_with_its_alert(string version)
    {
        string openssl = RealPart.OpenSsl;
        using Certificates certificates = await Certificates.MakeAsync();
        using Certificates others = await Certificates.MakeAsync();
        await using RealProcess broker = RealProcess.StartTool(
            "broker", "--tls", "127.0.0.1:0", "--cert", certificates.Chain("good"), "--key", certificates.Key("good"));
        var address = new Uri((await broker.LineAsync("listening mqtts:"))["listening ".Length..]);
        await broker.LineAsync("ready");

        await RealProcess.RunAsync(
            openssl, "s_client", "-connect", address.Authority, version, "-CAfile", others.Authority, "-verify_return_error", "-verify", "3");

        string line = await broker.LineAsync("event=ended ");
        Assert.Contains("warning event=ended client=\"\" address=127.0.0.1:", line, StringComparison.Ordinal);
        Assert.Matches(" tls=\"[^\"]*alert unknown ca\" hint=\"the client refused the certificate", line);
    }

    [Fact]
    public async Task The_broker_prints_its_pin_as_openssl_computes_it()
    {
        string openssl = RealPart.OpenSsl;
        using Certificates certificates = await Certificates.MakeAsync();
        await using RealProcess broker = RealProcess.StartTool(
            "broker", "--wss", "127.0.0.1:0", "--cert", certificates.Chain("good"), "--key", certificates.Key("good"));
        await broker.LineAsync("ready");

        string pipe = "openssl x509 -in \"$0\" -noout -pubkey | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | openssl base64";
        Finished computed = await RealProcess.RunAsync("sh", "-c", pipe.Replace("openssl", openssl, StringComparison.Ordinal), certificates.Chain("good"));
        string pin = computed.Output.TrimEnd();

        Assert.Contains($"; pin sha256//{pin}\n", broker.Output, StringComparison.Ordinal);
        Assert.Contains("certificate for localhost, 127.0.0.1; valid until ", broker.Output, StringComparison.Ordinal);
        Assert.Matches(@"\naddress     wss://127\.0\.0\.1:\d+/mqtt  clients on this machine\n", broker.Output);
        Assert.Contains($" pin=sha256//{pin}", await broker.LineAsync("event=certificate "), StringComparison.Ordinal);
    }
}
