// SPDX-License-Identifier: MIT

using RawMqtt.Interop.Parts;

namespace RawMqtt.Interop;

/// <summary>What happens when the lines of the article are followed to the letter: the marked rows of docs/article.md.</summary>
public sealed class ArticleTests : IDisposable
{
    private const string Upgrade = "proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection";

    private readonly string folder = Directory.CreateTempSubdirectory("rawmqtt-article-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Unubscribe_is_no_function()
    {
        string script = "const m = require('mqtt'); console.log(typeof m.MqttClient.prototype.unubscribe, typeof m.MqttClient.prototype.unsubscribe)";
        await using RealProcess node = RealProcess.Start(
            RealPart.Node, ["-e", script], new Dictionary<string, string> { ["NODE_PATH"] = Path.Combine(RealPart.Folder, "node_modules") });

        Assert.Equal("undefined function", (await node.FinishAsync()).Output.Trim());
    }

    [Fact]
    public async Task Mqtts_on_the_port_of_wss_is_named()
    {
        using Certificates certificates = await Certificates.MakeAsync();
        await using MqttBroker broker = await OurBroker.StartAsync(certificates);
        string address = $"mqtts://localhost:{new Uri(OurBroker.Address(broker, "wss")).Port}";

        Finished pub = await RealProcess.RunToolAsync("pub", address, "--cafile", certificates.Authority, "-t", "a", "-m", "b");

        Assert.Equal(6, pub.ExitCode);
        Assert.Contains("So it may be a WebSocket port. Try wss://", pub.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("listen 443, 8084;", "host not found in \"443,\"")]
    [InlineData("listen 127.0.0.1:18084; location / { return 200; } location / { return 201; }", "duplicate location \"/\"")]
    public async Task Nginx_does_not_take_it(string server, string says)
    {
        string file = await WriteAsync($"events {{ }}\nhttp {{ server {{ {server} }} }}");

        Finished test = await RealProcess.RunAsync(RealPart.Nginx, "-t", "-p", folder, "-c", file, "-e", "stderr");

        Assert.NotEqual(0, test.ExitCode);
        Assert.Contains(says, test.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tls", "/", Upgrade + " \"upgrade\";", "HTTP status 502", "A proxy answered in place of the broker")]
    [InlineData("ws", "/", Upgrade + " “upgrade”;", "HTTP status 400", "straight quotes")]
    [InlineData("ws", "= /", Upgrade + " \"upgrade\";", "HTTP status 404", "The path in the address is /mqtt")]
    public async Task What_passes_nginx_is_diagnosed(string upstream, string location, string headers, string status, string says)
    {
        using Certificates certificates = await Certificates.MakeAsync();
        await using MqttBroker broker = await OurBroker.StartAsync(certificates);
        int port = FreePort.Take();
        string user = Environment.UserName == "root" ? "user root;" : "";
        string file = await WriteAsync($$"""
            daemon off; pid {{folder}}/nginx.pid; worker_processes 1; {{user}}
            events { }
            http {
              access_log off;
              client_body_temp_path {{folder}}/b; proxy_temp_path {{folder}}/p;
              fastcgi_temp_path {{folder}}/f; uwsgi_temp_path {{folder}}/u; scgi_temp_path {{folder}}/s;
              server {
                listen 127.0.0.1:{{port}};
                location {{location}} {
                  proxy_pass http://127.0.0.1:{{new Uri(OurBroker.Address(broker, upstream)).Port}};
                  proxy_http_version 1.1; proxy_set_header Host $http_host; {{headers}}
                }
              }
            }
            """);
        await using RealProcess nginx = RealProcess.Start(RealPart.Nginx, "-p", folder, "-c", file, "-e", "stderr");
        await OpenPort.WaitAsync(port);

        Finished pub = await RealProcess.RunToolAsync("pub", $"ws://localhost:{port}/mqtt", "-t", "a", "-m", "b");
        nginx.Signal(15);
        await nginx.FinishAsync();

        Assert.Equal(4, pub.ExitCode);
        Assert.Contains(status, pub.Error, StringComparison.Ordinal);
        Assert.Contains(says, pub.Error, StringComparison.Ordinal);
        string[] page = await File.ReadAllLinesAsync(Path.Combine(RealPart.Folder, "..", "..", "docs", "article.md"));
        string row = page.Single(line => line.Contains(says, StringComparison.Ordinal) && line.Contains(status, StringComparison.Ordinal));
        Assert.EndsWith("| yes |", row);
    }

    private async Task<string> WriteAsync(string configuration)
    {
        string file = Path.Combine(folder, "nginx.conf");
        await File.WriteAllTextAsync(file, configuration);
        return file;
    }
}
