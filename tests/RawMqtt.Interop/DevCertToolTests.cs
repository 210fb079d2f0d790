// SPDX-License-Identifier: MIT

using RawMqtt.Interop.Parts;

namespace RawMqtt.Interop;

/// <summary>The certificates of dev-cert, judged by OpenSSL, and the lines that it prints, run as they are printed: each kind of client then trusts the
/// broker, and does not without.</summary>
public sealed class DevCertToolTests : IDisposable
{
    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("rawmqtt-dev-");

    private string Folder => Path.Combine(root.FullName, "a folder");

    private string Authority => Path.Combine(Folder, "ca.pem");

    public void Dispose() => root.Delete(recursive: true);

    [Fact]
    public async Task Openssl_verifies_the_certificate_and_nothing_beyond_its_names()
    {
        string openssl = RealPart.OpenSsl;
        Finished made = await RealProcess.RunToolAsync("dev-cert", "broker.lan", "--dir", Folder);
        Assert.Equal((0, ""), (made.ExitCode, made.Error));
        string server = Path.Combine(Folder, "server.pem");

        foreach (string[] host in new[] { ["-verify_hostname", "broker.lan"], ["-verify_ip", "127.0.0.1"], new[] { "-verify_ip", "::1" } })
        {
            Finished good = await RealProcess.RunAsync(openssl, ["verify", "-x509_strict", "-purpose", "sslserver", "-CAfile", Authority, .. host, server]);
            Assert.True(good.ExitCode == 0, good.Output + good.Error);
        }

        string evil = await SignedAsync("evil", "subjectAltName=DNS:evil.example\nbasicConstraints=CA:FALSE");
        Finished other = await RealProcess.RunAsync(openssl, "verify", "-CAfile", Authority, evil);
        string second = await SignedAsync("second", "basicConstraints=critical,CA:TRUE");
        Finished authority = await RealProcess.RunAsync(openssl, "verify", "-CAfile", Authority, "-untrusted", second,
            await SignedAsync("below", "subjectAltName=DNS:localhost", second, Path.Combine(root.FullName, "second.key")));

        Assert.Contains("permitted subtree violation", other.Output + other.Error, StringComparison.Ordinal);
        Assert.Contains("path length constraint exceeded", authority.Output + authority.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_printed_line_makes_its_client_trust_the_broker()
    {
        string curl = RealPart.Curl;
        _ = (RealPart.Node, RealPart.MosquittoSub);
        await using RealProcess broker = await StartBrokerAsync();
        string wss = await AddressAsync(broker, "wss");
        await WriteProgramsAsync(wss);
        Finished kept = await RunAsync($"{await TrustAsync(broker, "rawmqtt")}", " sub ", " pub ", " -m kept -r -q 1");
        Assert.Equal((0, ""), (kept.ExitCode, kept.Error));

        Finished ours = await RunAsync(await TrustAsync(broker, "rawmqtt"), "", "", " -C 1 -W 100");
        Finished mosquitto = await RunAsync(await TrustAsync(broker, "mosquitto"), "", "", " -C 1 -W 100");
        Finished node = await RunAsync(await TrustAsync(broker, "node"), "", "", "");
        Finished net = await RunAsync(await TrustAsync(broker, ".net"), "dotnet run --no-restore", $"rawmqtt sub {wss} -t test -C 1 -W 100", "");
        Finished curled = await RunAsync(await TrustAsync(broker, "curl"), "curl ", "curl -sS -o /dev/null -w '%{http_code} %{ssl_verify_result}' ", "");

        foreach (Finished subscriber in new[] { ours, mosquitto, node, net }) Assert.Equal((0, "kept\n"), (subscriber.ExitCode, subscriber.Output));
        Assert.True(curled.ExitCode == 0 && curled.Output.EndsWith(" 0\n", StringComparison.Ordinal), curled.Output + curled.Error);
        Finished without = await RealProcess.RunAsync(curl, "-sS", $"https{wss[3..]}");
        Assert.Equal(60, without.ExitCode); // the peer's certificate cannot be authenticated
        Assert.Equal(3, (await RealProcess.RunToolAsync("pub", wss, "-t", "a", "-m", "b")).ExitCode);
    }

    [Fact]
    public async Task The_printed_pin_is_enough_for_our_tool_and_curl()
    {
        string curl = RealPart.Curl;
        await using RealProcess broker = await StartBrokerAsync();
        string line = await broker.LineAsync("pin sha256//");
        string pin = line.Substring(line.IndexOf("sha256//", StringComparison.Ordinal), "sha256//".Length + 44);
        string wss = await AddressAsync(broker, "wss");
        string mqtts = await AddressAsync(broker, "mqtts");

        foreach (string url in new[] { wss, mqtts })
        {
            Finished pub = await RealProcess.RunToolAsync("pub", url, "--pin", pin, "-t", "a", "-m", "b", "-q", "1");
            Assert.Equal((0, ""), (pub.ExitCode, pub.Error));
            Finished other = await RealProcess.RunToolAsync("pub", url, "--pin", $"sha256//{new string('A', 43)}=", "-t", "a", "-m", "b");
            Assert.Equal(3, other.ExitCode);
            Assert.Contains($"has the key {pin}, which is not the one that was pinned", other.Error, StringComparison.Ordinal);
        }

        Finished curled = await RealProcess.RunAsync(curl, "-sS", "-k", "--pinnedpubkey", pin, $"https{wss[3..]}");
        Assert.Equal((0, ""), (curled.ExitCode, curled.Error));
    }

    /// <summary>Runs by name: Chromium takes 300 MB. The browser reads the store of the home folder into which the printed line imports.</summary>
    [Theory(Explicit = true)]
    [InlineData("mqttjs")]
    [InlineData("paho")]
    public async Task Two_commands_connect_a_page_of_chromium_over_wss(string library)
    {
        (string chromium, string node, string _) = (RealPart.Chromium, RealPart.Node, RealPart.CertUtil);
        await using RealProcess broker = await StartBrokerAsync();
        string[] page = [Path.Combine(RealPart.Folder, "peers", "browser-life.mjs"), chromium, await AddressAsync(broker, "wss"), library];

        Finished before = await RunAtHomeAsync(node, page);
        Finished trust = await RunAtHomeAsync("bash", "-c", await TrustAsync(broker, "browser"));
        Finished after = await RunAtHomeAsync(node, page);

        Assert.Contains("ERR_CERT_AUTHORITY_INVALID", before.Output, StringComparison.Ordinal);
        Assert.True(trust.ExitCode == 0, trust.Output + trust.Error);
        Assert.True(after.ExitCode == 0, after.Output + after.Error);
        Assert.Equal(["message grüße 0 at QoS 0", "message grüße 1 at QoS 1", "message grüße 2 at QoS 2", "done"], after.Output.TrimEnd().Split('\n'));
    }

    private static async Task<string> AddressAsync(RealProcess broker, string scheme) =>
        (await broker.LineAsync($"listening {scheme}://")).Split(' ', '\t').First(word => word.StartsWith($"{scheme}://", StringComparison.Ordinal));

    private static async Task<string> TrustAsync(RealProcess broker, string client) =>
        (await broker.LineAsync($"trust {client} ")).Split(client, 2)[1].TrimStart();

    private async Task<RealProcess> StartBrokerAsync()
    {
        RealProcess broker = RealProcess.StartTool("broker", "--dev-cert", "--dev-cert-dir", Folder, "--wss", "127.0.0.1:0", "--tls", "127.0.0.1:0");
        await broker.LineAsync("ready");
        return broker;
    }

    /// <summary>Runs a printed line with some words replaced or added, in a folder with the programs that it names.</summary>
    private Task<Finished> RunAsync(string line, string word, string by, string more)
    {
        string changed = word.Length == 0 ? line : line.Replace(word, by, StringComparison.Ordinal);
        return RealProcess.RunAsync("bash", "-c", $"cd '{root.FullName}' && PATH=\"$PWD:$PATH\" && {changed}{more}");
    }

    private async Task<Finished> RunAtHomeAsync(string program, params string[] arguments)
    {
        await using RealProcess started = RealProcess.Start(program, arguments, new Dictionary<string, string> { ["HOME"] = root.FullName });
        started.CloseInput();
        return await started.FinishAsync();
    }

    private async Task WriteProgramsAsync(string wss)
    {
        string tool = Path.Combine(root.FullName, "rawmqtt");
        await File.WriteAllTextAsync(tool, $"#!/bin/sh\nexec dotnet '{RealPart.Tool}' \"$@\"\n");
        await RealProcess.RunAsync("chmod", "700", tool);
        await File.WriteAllTextAsync(Path.Combine(root.FullName, "app.js"), $$"""
            const client = require('{{RealPart.Folder}}/node_modules/mqtt').connect('{{wss}}', { reconnectPeriod: 0 })
            client.on('error', error => { console.error(error); process.exit(1) })
            client.on('message', (topic, payload) => { console.log(payload.toString()); client.end() })
            client.subscribe('test')
            """);
    }

    /// <summary>Lets an authority's key sign what it should not: a certificate with these extensions.</summary>
    private async Task<string> SignedAsync(string name, string extensions, string? by = null, string? byKey = null)
    {
        string stem = Path.Combine(root.FullName, name);
        await File.WriteAllTextAsync($"{stem}.ext", extensions);
        Finished asked = await RealProcess.RunAsync(RealPart.OpenSsl, "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", $"{stem}.key", "-out", $"{stem}.csr", "-subj", $"/CN={name}");
        Assert.True(asked.ExitCode == 0, asked.Error);
        Finished signed = await RealProcess.RunAsync(RealPart.OpenSsl, "x509", "-req", "-in", $"{stem}.csr", "-CA", by ?? Authority, "-CAkey",
            byKey ?? Path.Combine(Folder, "ca.key"), "-CAcreateserial", "-out", $"{stem}.pem", "-extfile", $"{stem}.ext", "-days", "1");
        Assert.True(signed.ExitCode == 0, signed.Error);
        return $"{stem}.pem";
    }
}
