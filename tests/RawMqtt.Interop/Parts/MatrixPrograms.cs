// SPDX-License-Identifier: MIT

using System.Globalization;

namespace RawMqtt.Interop.Parts;

/// <summary>The endpoints of the matrix that are real programs: one mosquitto and one nginx with many listeners, openssl s_server, and our broker.</summary>
public sealed class MatrixPrograms : IAsyncLifetime
{
    private const string Proxy = "proxy_pass http://127.0.0.1:{0}; proxy_set_header Host $http_host;";
    private const string Upgrade = "proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection \"upgrade\";";
    private readonly List<IAsyncDisposable> started = [];
    private readonly Dictionary<string, int> ports = [];
    private readonly string folder = Directory.CreateTempSubdirectory("rawmqtt-matrix-").FullName;
    private Certificates certificates = null!;

    public static string[] Names { get; } =
    [
        "mosquitto-tcp", "mosquitto-ws", "mosquitto-tls", "mosquitto-wss", "mosquitto-tcp-with-login", "mosquitto-ws-with-login",
        "mosquitto-tls-client-certificate", "mosquitto-wss-client-certificate", "mosquitto-tls-expired", "mosquitto-wss-other-name",
        "mosquitto-tls-self-signed",
        "nginx-tls", "nginx-plain", "nginx-http-1.0", "nginx-without-upgrade", "nginx-curly-quotes", "nginx-curly-quotes-mosquitto", "nginx-dead-broker",
        "nginx-client-certificate", "nginx-login", "nginx-forbidden", "nginx-redirect", "nginx-web-page",
        "openssl", "openssl-client-certificate",
        "our-tcp", "our-ws", "our-tls", "our-wss", "our-tcp-with-login", "our-ws-with-login",
    ];

    public int PortOf(string name) => ports[name];

    public string Authority => certificates.Authority;

    public async ValueTask InitializeAsync()
    {
        certificates = await Certificates.MakeAsync();
        await StartOurBrokerAsync();
        foreach (string name in Names.Where(name => !ports.ContainsKey(name))) ports[name] = FreePort.Take();
        await StartMosquittoAsync();
        await StartNginxAsync();
        await StartOpenSslAsync("openssl");
        await StartOpenSslAsync("openssl-client-certificate", "-Verify", "1", "-CAfile", certificates.Authority);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable program in started) await program.DisposeAsync();
        certificates.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private async Task StartOurBrokerAsync()
    {
        MqttBroker open = await OurBroker.StartAsync(certificates);
        started.Add(open);
        MqttBroker closed = await MqttBroker.StartAsync(new MqttBrokerOptions
        {
            Listeners = ["ws://127.0.0.1:0/mqtt", "mqtt://127.0.0.1:0"],
            AllowAnonymous = false,
            Authenticate = (_, _) => ValueTask.FromResult(RawMqtt.Codec.ConnectReturnCode.NotAuthorized),
        });
        started.Add(closed);
        foreach (string carrier in new[] { "tcp", "ws", "tls", "wss" }) ports[$"our-{carrier}"] = new Uri(OurBroker.Address(open, carrier)).Port;
        foreach (string carrier in new[] { "tcp", "ws" }) ports[$"our-{carrier}-with-login"] = new Uri(OurBroker.Address(closed, carrier)).Port;
    }

    private async Task StartMosquittoAsync()
    {
        string program = RealPart.Mosquitto;
        string user = Environment.UserName == "root" ? "user root\n" : "";
        string configuration = $"{user}per_listener_settings true\nlog_dest stderr\nlog_type all\n"
            + string.Concat(Names.Where(name => name.StartsWith("mosquitto", StringComparison.Ordinal)).Select(Listener));
        string file = Path.Combine(folder, "mosquitto.conf");
        await File.WriteAllTextAsync(file, configuration);
        var process = RealProcess.Start(program, "-c", file, "-v");
        started.Add(process);
        await process.LineAsync(" running");
    }

    private string Listener(string name)
    {
        bool isTls = name.Contains("tls", StringComparison.Ordinal) || name.Contains("wss", StringComparison.Ordinal);
        string which = name.EndsWith("expired", StringComparison.Ordinal) ? "expired"
            : name.EndsWith("other-name", StringComparison.Ordinal) ? "wronghost"
            : name.EndsWith("self-signed", StringComparison.Ordinal) ? "selfsigned" : "good";
        return $"listener {ports[name]} 127.0.0.1\n"
            + (name.Contains("-ws", StringComparison.Ordinal) ? "protocol websockets\nsocket_domain ipv4\n" : "")
            + (isTls ? $"certfile {certificates.Chain(which)}\nkeyfile {certificates.Key(which)}\n" : "")
            + (name.EndsWith("client-certificate", StringComparison.Ordinal) ? $"cafile {certificates.Authority}\nrequire_certificate true\n" : "")
            + $"allow_anonymous {(name.EndsWith("login", StringComparison.Ordinal) ? "false" : "true")}\n";
    }

    private async Task StartNginxAsync()
    {
        string program = RealPart.Nginx;
        string broker = ports["our-ws"].ToString(CultureInfo.InvariantCulture);
        string to = Proxy.Replace("{0}", broker, StringComparison.Ordinal);
        string curly = "proxy_http_version 1.1; proxy_set_header Upgrade “$http_upgrade”; proxy_set_header Connection “upgrade”;";
        string servers = Server("nginx-tls", $"{to} proxy_http_version 1.1; {Upgrade}", isTls: true)
            + Server("nginx-plain", $"{to} proxy_http_version 1.1; {Upgrade}")
            + Server("nginx-http-1.0", $"{to} {Upgrade}")
            + Server("nginx-without-upgrade", $"{to} proxy_http_version 1.1;")
            + Server("nginx-curly-quotes", $"{to} {curly}")
            + Server("nginx-curly-quotes-mosquitto", $"proxy_pass http://127.0.0.1:{ports["mosquitto-ws"]}; {curly}")
            + Server("nginx-dead-broker", $"proxy_pass http://127.0.0.1:{FreePort.Take()}; proxy_http_version 1.1; {Upgrade}")
            + Server("nginx-client-certificate", to, isTls: true, $"ssl_client_certificate {certificates.Authority}; ssl_verify_client on;")
            + Server("nginx-login", "auth_basic \"brokers\"; auth_basic_user_file /dev/null;")
            + Server("nginx-forbidden", "deny all;")
            + Server("nginx-redirect", "return 301 https://$host/mqtt;")
            + Server("nginx-web-page", "default_type text/html; return 200 '<html><head><title>Dashboard</title></head></html>';");
        string user = Environment.UserName == "root" ? "user root;" : "";
        string temporary = string.Concat(new[] { "client_body", "proxy", "fastcgi", "uwsgi", "scgi" }.Select(part => $"{part}_temp_path {folder}/{part}; "));
        string file = Path.Combine(folder, "nginx.conf");
        await File.WriteAllTextAsync(file, $$"""
            {{user}} daemon off; worker_processes 1; pid {{folder}}/nginx.pid; error_log stderr;
            events { }
            http { access_log off; {{temporary}} {{servers}} }
            """);
        var process = RealProcess.Start(program, "-p", folder, "-c", file, "-e", "stderr");
        started.Add(process);
        await OpenPort.WaitAsync(ports["nginx-tls"]);
    }

    private string Server(string name, string location, bool isTls = false, string more = "") =>
        $"server {{ listen 127.0.0.1:{ports[name]}{(isTls ? " ssl" : "")}; "
        + (isTls ? $"ssl_certificate {certificates.Chain("good")}; ssl_certificate_key {certificates.Key("good")}; {more} " : "")
        + $"location / {{ {location} }} }}\n";

    private async Task StartOpenSslAsync(string name, params string[] more)
    {
        var process = RealProcess.Start(RealPart.OpenSsl, [
            "s_server", "-accept", $"127.0.0.1:{ports[name]}", "-cert", certificates.Chain("good"), "-key", certificates.Key("good"), "-quiet", .. more]);
        started.Add(process);
        await OpenPort.WaitAsync(ports[name]);
    }
}
