// SPDX-License-Identifier: MIT

using System.Net;
using RawMqtt.Interop.Parts;

namespace RawMqtt.Interop;

/// <summary>How <c>rawmqtt broker --toolkit</c> serves the files of the page.</summary>
public sealed class ToolkitServingTests : IAsyncLifetime
{
    /// <summary>What a browser downloads, in brotli.</summary>
    private const long MostBytes = 2_000_000;

    private readonly HttpClient http = new(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.None });
    private RealProcess? broker;
    private Uri page = new("http://localhost");

    public async ValueTask InitializeAsync()
    {
        broker = RealProcess.Start("dotnet", [RealPart.ToolWithPage, "toolkit", "--no-browser", "--ws", "127.0.0.1:0"]);
        page = new Uri((await broker.LineAsync("toolkit     http")).Split(' ')[^1]);
        await broker.LineAsync("ready");
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        if (broker is not null) await broker.DisposeAsync();
    }

    [Fact]
    public async Task The_page_comes_with_a_policy_that_takes_no_script_of_others()
    {
        using HttpResponseMessage answer = await http.GetAsync(page);

        string policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Equal("text/html; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        Assert.Contains("default-src 'none'; script-src 'self' 'wasm-unsafe-eval';", policy, StringComparison.Ordinal);
        Assert.Contains("trusted-types 'none'", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Contains("<title>RawMqtt toolkit</title>", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("br, gzip", "br")]
    [InlineData("gzip, deflate", "gzip")]
    [InlineData("br;q=0, gzip", "gzip")]
    [InlineData("identity", null)]
    public async Task A_file_comes_in_the_best_encoding_that_the_client_takes(string accepted, string? encoding)
    {
        using HttpResponseMessage answer = await SendAsync(HttpMethod.Get, "_framework/dotnet.native.wasm", ("Accept-Encoding", accepted));

        Assert.Equal(encoding is null ? [] : [encoding], answer.Content.Headers.ContentEncoding);
        Assert.Equal("application/wasm", answer.Content.Headers.ContentType!.ToString());
        Assert.Equal(answer.Content.Headers.ContentLength, (await answer.Content.ReadAsByteArrayAsync()).Length);
    }

    [Fact]
    public async Task A_file_that_the_client_has_is_not_sent_again()
    {
        using HttpResponseMessage first = await SendAsync(HttpMethod.Get, "style.css");
        using HttpResponseMessage again = await SendAsync(HttpMethod.Get, "style.css", ("If-None-Match", first.Headers.ETag!.Tag));
        using HttpResponseMessage other = await SendAsync(HttpMethod.Get, "style.css", ("If-None-Match", "\"other\""));

        Assert.Equal((200, 304, 200), ((int)first.StatusCode, (int)again.StatusCode, (int)other.StatusCode));
        Assert.Empty(await again.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task HEAD_has_the_length_and_no_body_and_other_methods_are_refused()
    {
        using HttpResponseMessage head = await SendAsync(HttpMethod.Head, "");
        using HttpResponseMessage post = await SendAsync(HttpMethod.Post, "");

        Assert.True(head.Content.Headers.ContentLength > 100);
        Assert.Empty(await head.Content.ReadAsByteArrayAsync());
        Assert.Equal(405, (int)post.StatusCode);
        Assert.Equal(["GET"], post.Content.Headers.Allow);
    }

    [Theory]
    [InlineData("absent.js")]
    [InlineData("js/../../RawMqtt.Cli.dll")]
    [InlineData("%2e%2e/RawMqtt.Cli.dll")]
    [InlineData("style.css.br")]
    public async Task What_is_no_file_of_the_page_is_not_there(string path)
    {
        using HttpResponseMessage answer = await SendAsync(HttpMethod.Get, path);

        Assert.Equal(404, (int)answer.StatusCode);
    }

    /// <summary>All files, whether a visit loads them or not.</summary>
    [Fact]
    public void The_page_takes_at_most_two_megabytes_in_brotli()
    {
        string folder = Path.Combine(Path.GetDirectoryName(RealPart.ToolWithPage)!, "toolkit");

        Assert.InRange(new DirectoryInfo(folder).GetFiles("*.br", SearchOption.AllDirectories).Sum(file => file.Length), 1, MostBytes);
    }

    private Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, params (string Name, string Value)[] fields)
    {
        var request = new HttpRequestMessage(method, new Uri(page, path));
        foreach ((string name, string value) in fields) request.Headers.TryAddWithoutValidation(name, value);
        return http.SendAsync(request);
    }
}
