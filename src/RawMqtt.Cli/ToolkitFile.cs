// SPDX-License-Identifier: MIT

using System.Security.Cryptography;
using System.Text;

namespace RawMqtt.Cli;

/// <summary>A file of the page, with its whole answers to GET and HEAD.</summary>
internal sealed class ToolkitFile
{
    /// <summary>Scripts of this origin and WebAssembly, and WebSockets to any broker; no text can become a script, because there is no policy that makes
    /// trusted types.</summary>
    private const string SecurityFields =
        "Content-Security-Policy: default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; " +
        "connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
        "require-trusted-types-for 'script'; trusted-types 'none'\r\n" +
        "X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\nCross-Origin-Opener-Policy: same-origin\r\n" +
        "Cross-Origin-Resource-Policy: same-origin\r\n";

    private readonly string tag; // the same for all encodings, so that it is a weak validator, RFC 9110 8.8.1
    private readonly string fields;
    private readonly Dictionary<string, Lazy<byte[]>> answers = [];

    /// <param name="path">The file; beside it lie the same with .br and .gz.</param>
    public ToolkitFile(string path)
    {
        tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)))[..32]}\"";
        fields = $"ETag: W/{tag}\r\nCache-Control: no-cache\r\nVary: Accept-Encoding\r\n{SecurityFields}Connection: close\r\n";
        string type = TypeOf(Path.GetExtension(path));
        Add("", path, type);
        Add("gzip", $"{path}.gz", type);
        Add("br", $"{path}.br", type);
    }

    /// <summary>Returns the answer in the best encoding that the client takes.</summary>
    /// <param name="isHead">Without the body.</param>
    /// <param name="acceptEncoding">The field of the request; empty for none.</param>
    /// <param name="ifNoneMatch">The field of the request; empty for none.</param>
    public ReadOnlyMemory<byte> Answer(bool isHead, string acceptEncoding, string ifNoneMatch)
    {
        if (ifNoneMatch.Contains(tag, StringComparison.Ordinal)) return Encoding.ASCII.GetBytes($"HTTP/1.1 304 Not Modified\r\n{fields}\r\n");
        string[] accepted = [.. acceptEncoding.Split(',').Where(one => !one.Contains("q=0", StringComparison.Ordinal)).Select(one => one.Split(';')[0].Trim())];
        string encoding = accepted.Contains("br") && answers.ContainsKey("br") ? "br" : accepted.Contains("gzip") && answers.ContainsKey("gzip") ? "gzip" : "";
        byte[] whole = answers[encoding].Value;
        return isHead ? whole.AsMemory(0, whole.AsSpan().IndexOf("\r\n\r\n"u8) + 4) : whole;
    }

    private void Add(string encoding, string path, string type)
    {
        if (File.Exists(path)) answers[encoding] = new Lazy<byte[]>(() => Whole(encoding, File.ReadAllBytes(path), type));
    }

    private byte[] Whole(string encoding, byte[] body, string type)
    {
        string encoded = encoding.Length > 0 ? $"Content-Encoding: {encoding}\r\n" : "";
        byte[] head = Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: {type}\r\n{encoded}Content-Length: {body.Length}\r\n{fields}\r\n");
        return [.. head, .. body];
    }

    private static string TypeOf(string extension) => extension switch
    {
        ".html" => "text/html; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".wasm" => "application/wasm",
        ".svg" => "image/svg+xml",
        ".json" => "application/json",
        ".md" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    };
}
