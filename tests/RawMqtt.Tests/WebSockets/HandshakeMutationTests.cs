// SPDX-License-Identifier: MIT

using System.Text;
using System.Text.RegularExpressions;

namespace RawMqtt.Tests.WebSockets;

/// <summary>Valid requests, damaged: no 101 unless every rule holds, judged by a second reading made of regular expressions.</summary>
public partial class HandshakeMutationTests(ITestOutputHelper output)
{
    private static readonly string[] Pieces =
    [
        "\r\n", "\n", "\r", "\0", " ", "\t", ":", ",", ";", "=", "\"", "\u00E9", "\r\n ", "\r\n\r\n", "websocket", "Upgrade", "13", "mqtt", "Host: b\r\n",
        "Connection: close\r\n", "Connection: Upgrade\r\n", "Upgrade: websocket\r\n", "Transfer-Encoding: chunked\r\n",
            "Content-Length: 0\r\n", "Content-Length: 3\r\n",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", "Sec-WebSocket-Version: 13\r\n", "Sec-WebSocket-Protocol: mqtt\r\n",
            "Sec-WebSocket-Extensions: x\r\n",
        "Sec-WebSocket-Extensions: ;\r\n", "Origin: http://example.com:8083\r\n", "Origin: http://evil.example\r\n", "X: y\r\n",
    ];

    [Fact]
    [Rule("WS-4.2.1-1", "WS-4.2.2-1", "WS-10.7-1")]
    public void No_damaged_request_is_accepted() => Run(20_000, 20260101);

    [Fact(Explicit = true)]
    public void No_damaged_request_is_accepted_in_a_million_tries() => Run(1_000_000, Environment.TickCount);

    private void Run(int tries, int seed)
    {
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        int accepted = 0;
        for (int i = 0; i < tries; i++)
        {
            string request = Damage(random);
            (int status, string answer) = ServerHandshakeTests.Answer([Encoding.Latin1.GetBytes(request)]);
            if (status == 0)
            {
                Assert.DoesNotContain("\r\n\r\n", request);
                continue;
            }

            bool valid = IsValid(request);
            Assert.True(valid == (status == 101), $"try {i}: {status} to\n{request.Replace("\r", "\\r", StringComparison.Ordinal)}\n{answer}");
            accepted += valid ? 1 : 0;
        }

        output.WriteLine($"{accepted} of {tries} were still valid");
        Assert.InRange(accepted, tries / 100, tries - (tries / 100));
    }

    private static string Damage(Random random)
    {
        var request = new StringBuilder(ServerHandshakeTests.Request);
        for (int times = random.Next(1, 4); times > 0; times--)
        {
            int at = random.Next(request.Length);
            string piece = Pieces[random.Next(Pieces.Length)];
            switch (random.Next(5))
            {
                case 0:
                    request[at] = (char)random.Next(256);
                    break;
                case 1:
                    request.Remove(at, random.Next(1, Math.Min(12, request.Length - at + 1)));
                    break;
                case 2:
                    request.Insert(at, piece);
                    break;
                case 3:
                    request[at] = char.IsAsciiLetterLower(request[at]) ? char.ToUpperInvariant(request[at]) : char.ToLowerInvariant(request[at]);
                    break;
                default:
                    int line = request.ToString().IndexOf("\r\n", at, StringComparison.Ordinal);
                    request.Insert(line < 0 ? 0 : line + 2, piece);
                    break;
            }
        }

        return request.ToString();
    }

    // The rules once more, with no line in common with the reader.
    private static bool IsValid(string request)
    {
        if (request.StartsWith("\r\n", StringComparison.Ordinal)) request = request[2..];
        int end = request.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0 || end + 4 > 8192) return false;
        string[] lines = request[..end].Split("\r\n");
        if (!Regex.IsMatch(lines[0], @"\AGET (https?://[!-~-[#/?]]*)?/mqtt(\?[!-~-[#]]*)? HTTP/1\.[1-9]\z", RegexOptions.None) || lines.Length > 65)
            return false;
        List<(string Name, string Value)> fields = [];
        foreach (string line in lines[1..])
        {
            Match one = Regex.Match(line, @"\A([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*((?:[\t\x20-\x7E\x80-\xFF])*?)[ \t]*\z");
            if (!one.Success) return false;
            fields.Add((one.Groups[1].Value.ToLowerInvariant(), one.Groups[2].Value));
        }

        string[] Values(string name) => [.. fields.Where(field => field.Name == name).Select(field => field.Value)];
        string[] Items(string name) =>
            [.. Values(name).SelectMany(value => value.Split(',')).Select(item => item.Trim(' ', '\t')).Where(item => item.Length > 0)];
        const string Token = @"[!#$%&'*+\-.^_`|~0-9A-Za-z]+";
        string? named = Regex.Match(lines[0], "https?://([^/? ]+)") is { Success: true } target ? target.Groups[1].Value : null;
        return Values("host") is [string only] && Regex.IsMatch(only, @"\A[^ \t,/?#@]+\z")
            && (named ?? only) is string host && Regex.IsMatch(host, @"\A[^ \t,/?#@]+\z")
            && Items("upgrade").Contains("websocket", StringComparer.OrdinalIgnoreCase)
            && Items("connection").Contains("upgrade", StringComparer.OrdinalIgnoreCase)
            && Values("sec-websocket-key") is [string key] && Regex.IsMatch(key, @"\A[A-Za-z0-9+/]{22}==\z")
            && Values("sec-websocket-version") is ["13"]
            && Values("transfer-encoding").Length == 0 && Values("content-length").All(length => length == "0")
            && Values("sec-websocket-protocol").All(list => list.Split(',').Any(item => item.Trim(' ', '\t').Length > 0))
            && Items("sec-websocket-protocol").All(item => Regex.IsMatch(item, $@"\A{Token}\z"))
            && Items("sec-websocket-protocol").Intersect(["mqtt", "mqttv3.1"]).Any()
            && Values("sec-websocket-extensions").All(list => Regex.IsMatch(list, $@"\A[ \t,]*{Token}([ \t]*;[ \t]*{Token}([ \t]*=[ \t]*({Token}|""{Token}""))"
                + $@"?)*[ \t]*(,[ \t,]*({Token}([ \t]*;[ \t]*{Token}([ \t]*=[ \t]*({Token}|""{Token}""))?)*[ \t]*)?)*\z"))
            && Values("origin") is var origin
            && (origin.Length == 0
                || (origin.Length == 1 && (IsSameHost(origin[0], host) || origin[0].Equals("https://app.example", StringComparison.OrdinalIgnoreCase))));
    }

    private static bool IsSameHost(string origin, string host)
    {
        Match parts = Regex.Match(origin, @"\A(https?)://(.*)\z", RegexOptions.IgnoreCase);
        string port = parts.Groups[1].Value.Equals("https", StringComparison.OrdinalIgnoreCase) ? ":443" : ":80";
        string Full(string name) => Regex.Match(name, @":(\d+)\z") is { Success: true } number
            && int.Parse(number.Groups[1].ValueSpan) <= 65535 ? name : name + port;
        return parts.Success && Full(parts.Groups[2].Value).Equals(Full(host), StringComparison.OrdinalIgnoreCase);
    }
}
