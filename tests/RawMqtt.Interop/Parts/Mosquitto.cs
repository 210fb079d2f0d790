// SPDX-License-Identifier: MIT

namespace RawMqtt.Interop.Parts;

/// <summary>A mosquitto of the test's own on free ports: MQTT over TCP and over WebSocket, and with certificates also over TLS.</summary>
internal sealed class Mosquitto : IAsyncDisposable
{
    private readonly RealProcess process;
    private readonly string folder;

    private Mosquitto(RealProcess process, string folder, int tcp, int ws, int tls, int wss)
    {
        this.process = process;
        this.folder = folder;
        Port = tcp;
        Tcp = $"mqtt://127.0.0.1:{tcp}";
        Ws = $"ws://127.0.0.1:{ws}/mqtt";
        Tls = $"mqtts://localhost:{tls}";
        Wss = $"wss://localhost:{wss}/mqtt";
    }

    public int Port { get; }

    public string Tcp { get; }

    public string Ws { get; }

    public string Tls { get; }

    public string Wss { get; }

    public string Log => process.Error;

    public Task LineAsync(string text) => process.LineAsync(text);

    /// <summary>The address of a carrier: ws, tcp, wss or tls.</summary>
    public string Address(string carrier) => carrier switch { "ws" => Ws, "tcp" => Tcp, "wss" => Wss, _ => Tls };

    /// <param name="certificates">Null: no TLS.</param>
    /// <param name="which">The certificate to show.</param>
    /// <param name="passwordFile">Null: everyone may connect.</param>
    /// <param name="wantsCertificate">Over TLS, only clients with a certificate of the authority.</param>
    /// <param name="further">Lines of the configuration.</param>
    public static async Task<Mosquitto> StartAsync(
        Certificates? certificates = null, string which = "good", string? passwordFile = null, bool wantsCertificate = false, string further = "")
    {
        string program = RealPart.Mosquitto;
        string folder = Directory.CreateTempSubdirectory("rawmqtt-mosquitto-").FullName;
        int[] ports = [FreePort.Take(), FreePort.Take(), FreePort.Take(), FreePort.Take()];
        string access = passwordFile is null ? "allow_anonymous true" : $"allow_anonymous false\npassword_file {passwordFile}";
        string user = Environment.UserName == "root" ? "user root\n" : "";
        // A WebSocket listener alone would not start, and without socket_domain it would listen on every address.
        string configuration = $"{user}per_listener_settings true\nlog_dest stderr\nlog_type all\n{further}"
            + $"listener {ports[0]} 127.0.0.1\n{access}\n"
            + $"listener {ports[1]} 127.0.0.1\nprotocol websockets\nsocket_domain ipv4\n{access}\n";
        if (certificates is not null)
        {
            string tls = $"certfile {certificates.Chain(which)}\nkeyfile {certificates.Key(which)}\n{access}\n"
                + (wantsCertificate ? $"cafile {certificates.Authority}\nrequire_certificate true\n" : "");
            configuration += $"listener {ports[2]} 127.0.0.1\n{tls}listener {ports[3]} 127.0.0.1\nprotocol websockets\nsocket_domain ipv4\n{tls}";
        }

        string file = Path.Combine(folder, "mosquitto.conf");
        await File.WriteAllTextAsync(file, configuration);
        RealProcess process = RealProcess.Start(program, "-c", file, "-v");
        await process.LineAsync(" running");
        return new Mosquitto(process, folder, ports[0], ports[1], ports[2], ports[3]);
    }

    public async ValueTask DisposeAsync()
    {
        await process.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
