// SPDX-License-Identifier: MIT

using RawMqtt.Interop.Parts;

namespace RawMqtt.Interop;

/// <summary>The tool shows a client certificate to a mosquitto that wants one, and takes the passphrase of its key from a file, a variable or a terminal,
/// over wss and mqtts alike.</summary>
public class ClientCertificateTests
{
    private const string Passphrase = "open sesame";

    [Theory]
    [InlineData("wss", "file")]
    [InlineData("tls", "file")]
    [InlineData("wss", "variable")]
    [InlineData("tls", "variable")]
    [InlineData("wss", "terminal")]
    [InlineData("tls", "terminal")]
    public async Task The_passphrase_of_a_key_or_pfx_opens_the_way_and_is_never_shown(string carrier, string way)
    {
        using Certificates certificates = await Certificates.MakeAsync();
        await using Mosquitto mosquitto = await Mosquitto.StartAsync(certificates, wantsCertificate: true);
        string file = Path.Combine(certificates.Folder, "passphrase");
        await File.WriteAllTextAsync(file, $"{Passphrase}\n");
        string[] pem = ["--cert", Path.Combine(certificates.Folder, "client.crt"), "--key", Path.Combine(certificates.Folder, "client.encrypted.key")];
        string[] pfx = ["--cert", Path.Combine(certificates.Folder, "client.pfx")];

        foreach (string[] certificate in new[] { pem, pfx })
        {
            string[] pub = ["pub", mosquitto.Address(carrier), "--cafile", certificates.Authority, .. certificate, "-t", "a", "-m", "b", "-q", "1", "--trace"];
            Finished with = way switch
            {
                "file" => await RealProcess.RunToolAsync([.. pub, "--key-password-file", file]),
                "variable" => await RunAsync("dotnet", [RealPart.Tool, .. pub], new() { ["RAWMQTT_KEY_PASSWORD"] = Passphrase }),
                _ => await RunAsync("python3", [AtTerminal, "passphrase of ", Passphrase, "dotnet", RealPart.Tool, .. pub], []),
            };

            Assert.True(with.ExitCode == 0, with.Output + with.Error);
            Assert.DoesNotContain("sesame", with.Output + with.Error, StringComparison.Ordinal);
            if (way == "terminal") Assert.Contains($"passphrase of {certificate[^1]}: ", with.Output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("wss")]
    [InlineData("tls")]
    public async Task What_is_wrong_with_the_files_is_said_before_anything_is_sent(string carrier)
    {
        using Certificates certificates = await Certificates.MakeAsync();
        await using Mosquitto mosquitto = await Mosquitto.StartAsync(certificates, wantsCertificate: true);
        string encrypted = Path.Combine(certificates.Folder, "client.encrypted.key");
        foreach ((string[] files, string expected) in new[]
        {
            (["--cert", certificates.Chain("client"), "--key", encrypted], $"the private key in {encrypted} is encrypted: set --key-password-file."),
            (["--cert", certificates.Chain("client"), "--key", certificates.Key("good")], "is not that of the certificate"),
            (["--cert", certificates.Chain("client")], "holds no private key: set --key to the file that does."),
            (new[] { "--key", certificates.Key("client") }, "--key has no effect without --cert"),
        })
        {
            Finished pub = await RealProcess.RunToolAsync(
                ["pub", mosquitto.Address(carrier), "--cafile", certificates.Authority, .. files, "-t", "a", "-m", "b"]);

            Assert.Equal((1, ""), (pub.ExitCode, pub.Output));
            Assert.Contains(expected, pub.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_broker_asks_for_the_passphrase_of_its_key_too()
    {
        using Certificates certificates = await Certificates.MakeAsync();
        string key = Path.Combine(certificates.Folder, "client.encrypted.key");

        await using RealProcess broker = RealProcess.Start("python3", AtTerminal, $"passphrase of {key}: ", Passphrase, "dotnet", RealPart.Tool, "broker",
            "--wss", "127.0.0.1:0", "--cert", certificates.Chain("client"), "--key", key);

        await broker.LineAsync("ready");
        Assert.Contains("listening wss://127.0.0.1:", broker.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("sesame", broker.Output, StringComparison.Ordinal);
    }

    private static string AtTerminal => Path.Combine(RealPart.Folder, "peers", "at-terminal.py");

    private static async Task<Finished> RunAsync(string program, string[] arguments, Dictionary<string, string> environment)
    {
        await using RealProcess started = RealProcess.Start(program, arguments, environment);
        started.CloseInput();
        return await started.FinishAsync();
    }
}
