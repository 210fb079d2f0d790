// SPDX-License-Identifier: MIT

using System.Diagnostics;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RawMqtt.AspNetCore;
using RawMqtt.Hosting;
using RawMqtt.Tests.Transports;

namespace RawMqtt.Tests.AspNetCore;

/// <summary>A page of an https application in Chromium, which opens its WebSocket by an extended CONNECT of HTTP/2. Runs by name: Chromium takes
/// 300 MB.</summary>
public class ChromiumTests
{
    private const string Page = """
        <!doctype html><script>
        const socket = new WebSocket(`wss://${location.host}/mqtt`, 'mqtt');
        socket.binaryType = 'arraybuffer';
        const tell = text => fetch('/tell?' + encodeURIComponent(text));
        socket.onopen = () => socket.send(Uint8Array.fromHex('100d00044d5154540402003c000161'));
        socket.onmessage = event => { tell(`${socket.protocol} ${new Uint8Array(event.data).toHex()}`); socket.close(1000); };
        socket.onclose = event => tell(`closed ${event.code}`);
        </script>
        """;

    [Fact(Explicit = true)]
    public async Task A_page_connects_over_HTTP_2()
    {
        const string Chromium = "/usr/bin/chromium";
        if (!File.Exists(Chromium)) Assert.Skip("Chromium is not installed.");
        using var files = new TestCertificates();
        using X509Certificate2 certificate = files.Issue(["localhost"]);
        var told = System.Threading.Channels.Channel.CreateUnbounded<string>();
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Services.AddRouting();
        builder.Services.AddMqttBroker(change: (_, options) => options with { Listeners = [] });
        await using WebApplication app = builder.Build();
        app.Use((context, next) =>
        {
            if (context.Request.Path == "/mqtt") told.Writer.TryWrite($"{context.Request.Method} {context.Request.Protocol}");
            return next(context);
        });
        app.UseRouting();
        app.MapGet("/", () => Results.Content(Page, "text/html"));
        app.MapGet("/tell", (HttpRequest request) => told.Writer.TryWrite(Uri.UnescapeDataString(request.QueryString.Value![1..])));
        app.MapMqtt("/mqtt");
        await app.StartAsync();
        string profile = Directory.CreateTempSubdirectory("rawmqtt").FullName;
        string[] arguments = ["--headless", "--no-sandbox", "--disable-gpu", "--ignore-certificate-errors", $"--user-data-dir={profile}",
            "--remote-debugging-port=0", app.Urls.First().Replace("127.0.0.1", "localhost", StringComparison.Ordinal) + "/"];
        var start = new ProcessStartInfo(Chromium, arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        using Process chromium = Process.Start(start)!;
        chromium.BeginErrorReadLine();
        chromium.BeginOutputReadLine();
        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            Assert.Equal("CONNECT HTTP/2", await told.Reader.ReadAsync(limit.Token));
            Assert.Equal("mqtt 20020000", await told.Reader.ReadAsync(limit.Token));
            Assert.Equal("closed 1000", await told.Reader.ReadAsync(limit.Token));
        }
        finally
        {
            chromium.Kill(entireProcessTree: true);
            await chromium.WaitForExitAsync();
            Directory.Delete(profile, recursive: true);
        }
    }
}
