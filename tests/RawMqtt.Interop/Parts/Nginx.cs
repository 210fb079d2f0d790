// SPDX-License-Identifier: MIT

namespace RawMqtt.Interop.Parts;

/// <summary>An nginx of the test's own: TLS in front of a WebSocket broker.</summary>
internal sealed class Nginx : IAsyncDisposable
{
    private RealProcess process;
    private readonly string folder;

    private Nginx(RealProcess process, string folder, int port)
    {
        this.process = process;
        this.folder = folder;
        Wss = $"wss://localhost:{port}/mqtt";
    }

    public string Wss { get; }

    /// <param name="certificates">Whose good one nginx shows.</param>
    /// <param name="backend">HOST:PORT of the broker's ws listener.</param>
    public static Task<Nginx> StartAsync(Certificates certificates, string backend) => StartAsync(certificates, [backend], "/mqtt");

    /// <param name="certificates">Whose good one nginx shows.</param>
    /// <param name="backends">HOST:PORT of each broker's ws listener, with what else nginx shall know of it.</param>
    /// <param name="path">The path at the brokers.</param>
    public static async Task<Nginx> StartAsync(Certificates certificates, IReadOnlyList<string> backends, string path)
    {
        _ = RealPart.Nginx; // skips the test where there is none
        string folder = Directory.CreateTempSubdirectory("rawmqtt-nginx-").FullName;
        int port = FreePort.Take();
        string user = Environment.UserName == "root" ? "user root;" : "";
        string configuration = $$"""
            {{user}}
            daemon off;
            worker_processes 1;
            pid {{folder}}/nginx.pid;
            error_log stderr;
            events { }
            http {
              access_log off;
              client_body_temp_path {{folder}}/body;
              proxy_temp_path {{folder}}/proxy;
              fastcgi_temp_path {{folder}}/fastcgi;
              uwsgi_temp_path {{folder}}/uwsgi;
              scgi_temp_path {{folder}}/scgi;
              map $http_upgrade $connection_upgrade { default upgrade; '' close; }
              upstream brokers { {{string.Concat(backends.Select(backend => $"server {backend} max_fails=0; "))}} }
              server {
                listen 127.0.0.1:{{port}} ssl;
                ssl_certificate {{certificates.Chain("good")}};
                ssl_certificate_key {{certificates.Key("good")}};
                location = /mqtt {
                  proxy_pass http://brokers{{path}};
                  proxy_connect_timeout 2s;
                  proxy_http_version 1.1;
                  proxy_set_header Host $http_host;
                  proxy_set_header Upgrade $http_upgrade;
                  proxy_set_header Connection $connection_upgrade;
                  proxy_set_header X-Real-IP $remote_addr;
                  proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
                  proxy_read_timeout 120s;
                }
                location / { return 404; }
              }
            }
            """;
        await File.WriteAllTextAsync(Path.Combine(folder, "nginx.conf"), configuration);
        RealProcess process = Start(folder);
        await OpenPort.WaitAsync(port);
        return new Nginx(process, folder, port);
    }

    /// <summary>Ends nginx with all its connections, and starts it again.</summary>
    public async Task RestartAsync()
    {
        await StopAsync();
        process = Start(folder);
        await OpenPort.WaitAsync(new Uri(Wss).Port);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(folder, recursive: true);
    }

    private static RealProcess Start(string folder) =>
        RealProcess.Start(RealPart.Nginx, "-p", folder, "-c", Path.Combine(folder, "nginx.conf"), "-e", "stderr");

    private async Task StopAsync()
    {
        process.Signal(15); // the master ends its worker
        await process.FinishAsync();
        await process.DisposeAsync();
    }
}
