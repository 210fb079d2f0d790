// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Text;

namespace RawMqtt.WebSockets;

/// <summary>The server's side of the opening handshake, RFC 6455 4.2: request in, 101 or a refusal out.</summary>
internal struct ServerHandshake(ServerHandshakeOptions options)
{
    private HttpHead headEnd = new(HttpHead.MaxRequestSize, HttpHead.MaxRequestFields);
    private bool isHead;

    /// <summary>The request was accepted; the connection is open once the answer is sent.</summary>
    public AcceptedHandshake? Accepted { get; private set; }

    /// <summary>The request was refused; the connection ends once the answer is sent.</summary>
    public HandshakeRefusal? Refusal { get; private set; }

    /// <summary>
    /// Reads the request, given all that was received each time, and appends the answer when it is decided. Done: accepted, and
    /// frames begin at <paramref name="consumed"/>. InvalidData: refused.
    /// </summary>
    public OperationStatus TryRead(ReadOnlySpan<byte> received, out int consumed, IBufferWriter<byte> answer)
    {
        consumed = 0;
        int skipped = received.StartsWith("\r\n"u8) ? 2 : 0;                            // RFC 9112 2.2: one empty line before the request
        received = received[skipped..];
        OperationStatus status = OperationStatus.NeedMoreData;
        if (received is [(byte)'\r'] && skipped == 0) return status;
        if (!received.IsEmpty && !HttpFields.IsToken(received[..1]))
            Refusal = HandshakeRefusal.BadRequest("WS-4.2.1-2", "this is not an HTTP request");
        else if ((status = headEnd.Find(received, out consumed)) == OperationStatus.InvalidData)
            Refusal = headEnd.Refusal;
        else if (status == OperationStatus.Done)
            Decide(received[..consumed], answer);

        consumed += skipped;
        if (Refusal is null) return status;
        if (Refusal.Answer is null) WriteRefusal(Refusal, !isHead, answer);
        return OperationStatus.InvalidData;
    }

    /// <summary>The order is that of 4.2.1 and 4.2.2: form first, then who may come in. [WS-4.2.2-1] [WS-10.7-3]</summary>
    private void Decide(ReadOnlySpan<byte> head, IBufferWriter<byte> answer)
    {
        var request = new UpgradeRequest();
        string? path = null;
        string? subprotocol = null;
        isHead = head.StartsWith("HEAD "u8);
        Refusal = request.TryRead(head);
        if (Refusal is not null) return;

        string? proxyHeader = request.Joined(Encoding.ASCII.GetBytes(options.ProxyHeader));
        bool isForwarded = proxyHeader is not null || request.IsForwarded;
        Refusal = AnswerPlain(request, head)
            ?? FindPath(request, out path)
            ?? CheckUpgrade(request)
            ?? CheckOrigin(request, isForwarded, proxyHeader)
            ?? ChooseSubprotocol(request, out subprotocol);
        if (Refusal is not null)
        {
            Refusal = Refusal with { Path = Encoding.ASCII.GetString(request.Path), ProxyHeader = proxyHeader, IsForwarded = isForwarded };
            return;
        }

        Accepted = new AcceptedHandshake
        {
            Path = path!,
            Query = Encoding.ASCII.GetString(request.Query),
            Host = Encoding.Latin1.GetString(request.Host),
            Origin = request.HasOrigin ? Encoding.Latin1.GetString(request.Origin) : null,
            Subprotocol = subprotocol,
            ProxyHeader = proxyHeader,
            IsForwarded = isForwarded,
        };
        WriteAccept(request.Key, subprotocol, answer);
    }

    /// <summary>A GET that is no upgrade may be answered by the application.</summary>
    private readonly HandshakeRefusal? AnswerPlain(UpgradeRequest request, ReadOnlySpan<byte> head)
    {
        if (request.MeansToUpgrade || !(isHead || request.Method.SequenceEqual("GET"u8))) return null;
        if (options.AnswerHttp?.Invoke(Encoding.Latin1.GetString(head)) is { } answer) return new HandshakeRefusal(200, "", "") { Answer = answer };
        return options.AnswerGet?.Invoke(Encoding.Latin1.GetString(request.Path)) is { } text ? new HandshakeRefusal(200, "", text) : null;
    }

    private readonly HandshakeRefusal? FindPath(UpgradeRequest request, out string? path)
    {
        path = null;
        if (!request.Method.SequenceEqual("GET"u8)) return new HandshakeRefusal(405, "WS-4.2.1-2", "an opening handshake is a GET") { Header = "Allow: GET" };
        if (!request.IsHttp11) return new HandshakeRefusal(505, "WS-4.2.1-2", "an opening handshake is HTTP/1.1");
        if (options.Paths is null)
            path = Encoding.ASCII.GetString(request.Path);

        for (int i = 0; path is null && i < options.Paths!.Count; i++)
        {
            if (Ascii.Equals(request.Path, options.Paths[i]))
                path = options.Paths[i];
        }

        return path is not null ? null : new HandshakeRefusal(404, "WS-4.2.2-5", "there is no WebSocket service at this path");
    }

    private static HandshakeRefusal? CheckUpgrade(UpgradeRequest request)
    {
        if (!request.MeansToUpgrade)
            return new HandshakeRefusal(426, "WS-4.2.1-4", "this is a WebSocket endpoint") { Header = "Upgrade: websocket" };
        if (!request.UpgradesToWebSocket) return HandshakeRefusal.BadRequest("WS-4.2.1-4", "Upgrade does not contain websocket");
        if (!request.ConnectionUpgrades)
            return HandshakeRefusal.BadRequest("WS-4.2.1-5", "Connection does not contain Upgrade (does a proxy drop it?)");
        if (!request.Version.SequenceEqual("13"u8))                                     // [WS-4.2.1-7]
            return new HandshakeRefusal(426, "WS-4.2.2-4", "Sec-WebSocket-Version has to be 13")
            {
                Header = "Upgrade: websocket\r\nSec-WebSocket-Version: 13", // [WS-4.4-1]
            };
        return AcceptKey.IsKey(request.Key) ? null : HandshakeRefusal.BadRequest("WS-4.2.1-6", "Sec-WebSocket-Key is not the base64 of 16 bytes");
    }

    /// <summary>Whether the page, if it is one, may connect. [WS-4.2.2-3] [WS-10.2-2]</summary>
    private readonly HandshakeRefusal? CheckOrigin(UpgradeRequest request, bool isForwarded, string? proxyHeader)
    {
        if (!request.HasOrigin) return null; // [WS-4.2.1-8]
        string origin = Encoding.Latin1.GetString(request.Origin);
        string host = Encoding.Latin1.GetString(request.Host);
        bool isRfc7239 = options.ProxyHeader.Equals("Forwarded", StringComparison.OrdinalIgnoreCase);
        string? last = (isRfc7239 ? proxyHeader : request.Joined("X-Forwarded-Proto"u8))?.Split(',')[^1]; // of the proxy that is nearest
        string? forwardedScheme = (isRfc7239 && last is not null ? ForwardedElement.ValueOf(last, "proto") : last)?.Trim().ToLowerInvariant();
        var check = new OriginCheck(options.AllowedOrigins, options.HostNames, options.IsTls, options.IsLocal, options.IsFromProxy);
        OriginFault fault = check.Judge(origin, host, isForwarded, forwardedScheme);
        const string Reason = "the page's Origin is neither this Host nor on the list of allowed ones";
        return fault == OriginFault.None ? null : new HandshakeRefusal(403, "WS-10.2-2", Reason) { Origin = origin, Host = host, OriginFault = fault };
    }

    /// <summary>The first one spoken here that is offered. [WS-4.2.2-6] [MQTT-6.0.0-4]</summary>
    private readonly HandshakeRefusal? ChooseSubprotocol(UpgradeRequest request, out string? chosen)
    {
        List<string> offered = request.OffersSubprotocols ? new(request.Subprotocols()) : [];
        chosen = new List<string>(options.Subprotocols ?? offered).Find(offered.Contains);
        return chosen is not null || options.AllowMissingSubprotocol || options.Subprotocols is null
            ? null
            : HandshakeRefusal.BadRequest("WS-4.2.2-6", $"Sec-WebSocket-Protocol has to offer {string.Join(" or ", options.Subprotocols)}");
    }

    private static void WriteAccept(ReadOnlySpan<byte> key, string? subprotocol, IBufferWriter<byte> answer)
    {
        Span<byte> accept = stackalloc byte[AcceptKey.AcceptSize];
        AcceptKey.Write(key, accept);                                                   // [WS-4.2.2-13]
        // [WS-4.2.2-10] [WS-4.2.2-11] [WS-4.2.2-12]; no extension is ever named [WS-4.2.2-8] [WS-4.2.2-9] [WS-9-1]
        answer.Write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "u8);
        answer.Write(accept);
        if (subprotocol is not null)                                                    // [WS-4.2.2-7]
        {
            answer.Write("\r\nSec-WebSocket-Protocol: "u8);                             // [WS-4.2.2-14]
            Encoding.ASCII.GetBytes(subprotocol, answer);
        }

        answer.Write("\r\n\r\n"u8);
    }

    /// <summary>A request with HEAD gets the length of the body and not the body, RFC 9110 9.3.2; a 426 names the upgrade, 15.5.22.</summary>
    private static void WriteRefusal(HandshakeRefusal refusal, bool hasBody, IBufferWriter<byte> answer)
    {
        string body = refusal.Rule.Length == 0 ? $"{refusal.Reason}\n" : $"{refusal.Reason} [{refusal.Rule}]\n";
        string header = refusal.Header is null ? "" : $"{refusal.Header}\r\n";
        string connection = refusal.Header?.StartsWith("Upgrade:", StringComparison.Ordinal) == true ? "Upgrade, close" : "close";
        Encoding.UTF8.GetBytes(
            $"HTTP/1.1 {refusal.Status} {refusal.Phrase}\r\n{header}Content-Type: text/plain; charset=utf-8\r\n"
            + $"Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: {connection}\r\n\r\n{(hasBody ? body : "")}",
            answer);
    }
}
