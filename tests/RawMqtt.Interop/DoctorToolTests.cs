// SPDX-License-Identifier: MIT

using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using RawMqtt.Interop.Parts;

namespace RawMqtt.Interop;

/// <summary>The doctor names the fault of an address, what would work, and its exit code.</summary>
public class DoctorToolTests
{
    [Theory]
    [InlineData("ws://127.0.0.1:{ws}/mqtt", 0, "A message came back")]
    [InlineData("mqtt://127.0.0.1:{tcp}", 0, "A message came back")]
    [InlineData("ws://127.0.0.1:{tcp}/mqtt", 4, "fits mqtt://127.0.0.1:{tcp}")]
    [InlineData("mqtt://127.0.0.1:{ws}", 6, "fits ws://127.0.0.1:{ws}")]
    [InlineData("wss://127.0.0.1:{ws}/mqtt", 3, "fits ws://127.0.0.1:{ws}/mqtt")]
    [InlineData("ws://127.0.0.1:{ws}/other", 4, "404")]
    [InlineData("wss://localhost:{wss}/mqtt", 3, "The port speaks TLS")]
    [InlineData("ws://localhost:{wss}/mqtt", 4, "fits wss://localhost:{wss}/mqtt")]
    [InlineData("wss://localhost:{wss}/mqtt --cafile {ca}", 0, "A message came back")]
    [InlineData("wss://localhost:{wss}/mqtt --cafile {ca} --servername other.example", 3, "other.example is not among them")]
    [InlineData("wss://localhost:{wss}/mqtt --pin sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", 3, "which is not the one given")]
    [InlineData("wss://localhost:{wss}/mqtt --pin sha256//AAAA", 1, "--pin is sha256//")]
    [InlineData("mqtt://127.0.0.1:{tcp} --idle 0.2 --keepalive 1", 0, "The server ended a silent client")]
    [InlineData("mqtt://127.0.0.1:1", 2, "does not: Connection refused")]
    [InlineData("mqtt://no-such-host.invalid", 2, "knows no address")]
    [InlineData("127.0.0.1:1883", 1, "Try mqtt://127.0.0.1:1883")]
    public async Task The_fault_of_an_address_is_named(string arguments, int exitCode, string expected)
    {
        using Certificates certificates = await Certificates.MakeAsync();
        await using MqttBroker broker = await OurBroker.StartAsync(certificates);

        Finished doctor = await RealProcess.RunToolAsync(["doctor", .. Filled(arguments, broker, certificates).Split(' ')]);

        string all = doctor.Output + doctor.Error;
        Assert.True(doctor.ExitCode == exitCode, all);
        Assert.Contains(Filled(expected, broker, certificates), all, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("expired", "dates", "Expired on 2020-02-01")]
    [InlineData("notyet", "dates", "only, and the clock here says")]
    [InlineData("wronghost", "names", "For other.example; localhost is not among them")]
    [InlineData("selfsigned", "chain", "(UntrustedRoot)")]
    public async Task The_fault_of_a_certificate_of_mosquitto_is_named(string which, string step, string expected)
    {
        using Certificates certificates = await Certificates.MakeAsync();
        await using Mosquitto mosquitto = await Mosquitto.StartAsync(certificates, which);
        foreach (string carrier in new[] { "wss", "tls" })
        {
            Finished doctor = await RealProcess.RunToolAsync("doctor", mosquitto.Address(carrier), "--cafile", certificates.Authority);

            string first = doctor.Output.Split('\n').First(line => line.StartsWith("!!", StringComparison.Ordinal));
            Assert.Equal(3, doctor.ExitCode);
            Assert.StartsWith($"!! {step} ", first, StringComparison.Ordinal);
            Assert.Contains(expected, first, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("ws")]
    [InlineData("tcp")]
    [InlineData("wss")]
    [InlineData("tls")]
    public async Task A_sound_mosquitto_passes_each_step(string carrier)
    {
        using Certificates certificates = await Certificates.MakeAsync();
        await using Mosquitto mosquitto = await Mosquitto.StartAsync(certificates);
        string[] trust = carrier is "wss" or "tls" ? ["--cafile", certificates.Authority] : [];

        Finished doctor = await RealProcess.RunToolAsync(["doctor", mosquitto.Address(carrier), .. trust]);

        Assert.True(doctor.ExitCode == 0, doctor.Output + doctor.Error);
        Assert.Contains("A message came back", doctor.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("wss")]
    [InlineData("tls")]
    public async Task A_server_that_wants_a_client_certificate_is_named(string carrier)
    {
        using Certificates certificates = await Certificates.MakeAsync();
        await using Mosquitto mosquitto = await Mosquitto.StartAsync(certificates, wantsCertificate: true);
        string[] doctor = ["doctor", mosquitto.Address(carrier), "--cafile", certificates.Authority];

        Finished without = await RealProcess.RunToolAsync([.. doctor, "--timeout", "5"]);
        Finished with = await RealProcess.RunToolAsync([.. doctor, "--cert", certificates.Chain("client"), "--key", certificates.Key("client")]);

        Assert.NotEqual(0, without.ExitCode);
        Assert.Contains("It asks for a client certificate (--cert and --key)", without.Output, StringComparison.Ordinal);
        Assert.True(with.ExitCode == 0, with.Output + with.Error);
    }

    [Fact]
    public async Task What_would_work_is_listed_in_json()
    {
        await using MqttBroker broker = await OurBroker.StartAsync();
        string url = OurBroker.Address(broker, "tcp");

        Finished doctor = await RealProcess.RunToolAsync("doctor", $"{url.Replace("mqtt:", "ws:", StringComparison.Ordinal)}/mqtt", "--json");

        string last = doctor.Output.TrimEnd().Split('\n')[^1];
        Assert.Equal(url, JsonDocument.Parse(last).RootElement.GetProperty("addresses").EnumerateArray().Single().GetString());
    }

    [Fact]
    public async Task A_proxy_without_its_broker_is_named()
    {
        using Certificates certificates = await Certificates.MakeAsync();
        await using Nginx nginx = await Nginx.StartAsync(certificates, $"127.0.0.1:{FreePort.Take()}");

        Finished doctor = await RealProcess.RunToolAsync("doctor", nginx.Wss, "--cafile", certificates.Authority);

        Assert.Equal(4, doctor.ExitCode);
        Assert.Contains("HTTP/1.1 502 Bad Gateway; Server: nginx", doctor.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_login_is_asked_for_and_taken()
    {
        string users = Path.GetTempFileName();
        await File.WriteAllTextAsync(users, MqttPasswordFile.CreateEntry("alice", "secret"u8) + "\n");
        await using MqttBroker broker = await MqttBroker.StartAsync(new MqttBrokerOptions { Listeners = ["mqtt://127.0.0.1:0"], PasswordFile = users });

        Finished without = await RealProcess.RunToolAsync("doctor", broker.Addresses[0]);
        Finished with = await RealProcess.RunToolAsync("doctor", broker.Addresses[0], "-u", "alice", "-P", "secret", "--json");

        Assert.Equal(5, without.ExitCode);
        Assert.Equal((0, ""), (with.ExitCode, with.Error));
        Assert.DoesNotContain("secret", with.Output, StringComparison.Ordinal);
        string[] steps = [.. with.Output.TrimEnd().Split('\n').Select(line => JsonDocument.Parse(line).RootElement.GetProperty("step").GetString()!)];
        Assert.Equal(["name", "tcp", "tls", "http", "mqtt", "connect", "login", "round"], steps);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\u001b[2J220 ready\r\n")]
    public async Task A_server_that_is_silent_or_hostile_costs_bounded_time_and_no_control_characters(string banner)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var stop = new CancellationTokenSource();
        Task serving = ServeAsync(listener, banner, stop.Token);

        string url = $"ws://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/mqtt";
        Finished doctor = await RealProcess.RunToolAsync("doctor", url, "--timeout", "0.5");

        await stop.CancelAsync();
        await serving;
        Assert.True(doctor.ExitCode is 2 or 4, doctor.Output);
        Assert.DoesNotContain('\u001b', doctor.Output);
        Assert.Contains("The port does not speak TLS", doctor.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://example.com", "a page on https may not open ws", 4)]
    [InlineData("http://127.0.0.1:3000", "A browser allows the connection, and so does our broker", 0)]
    [InlineData("null", "serve the page by HTTP", 4)]
    public async Task A_page_is_judged_as_a_browser_judges_it(string origin, string expected, int exitCode)
    {
        await using MqttBroker broker = await OurBroker.StartAsync();
        string url = OurBroker.Address(broker, "ws");
        if (origin.StartsWith("https", StringComparison.Ordinal)) url = url.Replace("127.0.0.1", Dns.GetHostName(), StringComparison.Ordinal);

        Finished doctor = await RealProcess.RunToolAsync("doctor", url, "--page", origin, "--timeout", "10");

        Assert.Contains(expected, doctor.Output, StringComparison.Ordinal);
        if (!origin.StartsWith("https", StringComparison.Ordinal)) Assert.Equal(exitCode, doctor.ExitCode);
    }

    private static string Filled(string text, MqttBroker broker, Certificates certificates)
    {
        foreach (string carrier in new[] { "ws", "tcp", "wss" })
        {
            text = text.Replace($"{{{carrier}}}", $"{new Uri(OurBroker.Address(broker, carrier)).Port}", StringComparison.Ordinal);
        }

        return text.Replace("{ca}", certificates.Authority, StringComparison.Ordinal);
    }

    private static async Task ServeAsync(TcpListener listener, string banner, CancellationToken cancellationToken)
    {
        var accepted = new List<Socket>();
        try
        {
            while (true)
            {
                accepted.Add(await listener.AcceptSocketAsync(cancellationToken));
                await accepted[^1].SendAsync(Encoding.ASCII.GetBytes(banner), cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            accepted.ForEach(socket => socket.Dispose());
        }
    }
}
