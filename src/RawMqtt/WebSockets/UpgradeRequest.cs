// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Text;

namespace RawMqtt.WebSockets;

/// <summary>The fields of an opening handshake's request, RFC 6455 4.2.1: views of the bytes they were read from.</summary>
internal ref struct UpgradeRequest
{
    private static readonly SearchValues<byte> NotInHost = SearchValues.Create(" \t,/?#@"u8);

    private ReadOnlySpan<byte> lines;
    private ReadOnlySpan<byte> authority;   // of an absolute target
    private bool hasHost;
    private bool hasKey;
    private bool hasVersion;
    private bool hasOrigin;

    /// <summary>As it was sent.</summary>
    public ReadOnlySpan<byte> Method { get; private set; }

    /// <summary>The target without its query; of an absolute one without scheme and host too.</summary>
    public ReadOnlySpan<byte> Path { get; private set; }

    /// <summary>What stands behind the question mark.</summary>
    public ReadOnlySpan<byte> Query { get; private set; }

    /// <summary>HTTP/1.1 or a later 1.x.</summary>
    public bool IsHttp11 { get; private set; }

    /// <summary>The Host field, which is there once; of an absolute target the host that it names, RFC 9112 3.2.2.</summary>
    public ReadOnlySpan<byte> Host { get; private set; }

    /// <summary>Upgrade has the token <c>websocket</c>.</summary>
    public bool UpgradesToWebSocket { get; private set; }

    /// <summary>Connection has the token <c>Upgrade</c>.</summary>
    public bool ConnectionUpgrades { get; private set; }

    /// <summary>Sec-WebSocket-Key; empty without one.</summary>
    public ReadOnlySpan<byte> Key { get; private set; }

    /// <summary>Sec-WebSocket-Version; empty without one.</summary>
    public ReadOnlySpan<byte> Version { get; private set; }

    /// <summary>The Origin field, see <see cref="HasOrigin"/>.</summary>
    public ReadOnlySpan<byte> Origin { get; private set; }

    /// <summary>Sec-WebSocket-Protocol is there.</summary>
    public bool OffersSubprotocols { get; private set; }

    /// <summary>Some field of a WebSocket handshake is there: not just a browser that was pointed here.</summary>
    public bool MeansToUpgrade { get; private set; }

    /// <summary>A browser sent the request.</summary>
    public readonly bool HasOrigin => hasOrigin;

    /// <summary>Reads a whole head, including the empty line; null when it is well formed.</summary>
    public HandshakeRefusal? TryRead(ReadOnlySpan<byte> head)
    {
        int end = head.IndexOf("\r\n"u8);
        HandshakeRefusal? refusal = ReadRequestLine(head[..end]);
        if (refusal is not null) return refusal;

        lines = head[(end + 2)..];
        var fields = new HttpFields(lines);
        while (fields.MoveNext())
        {
            refusal = ReadField(fields.Name, fields.Value);
            if (refusal is not null) return refusal;
        }

        if (fields.IsBroken) return HandshakeRefusal.BadRequest("WS-4.2.1-1", "a header line breaks the grammar of HTTP");
        if (!hasHost) return HandshakeRefusal.BadRequest("WS-4.2.1-3", "Host is missing");
        if (Host.IsEmpty || Host.ContainsAny(NotInHost)) return HandshakeRefusal.BadRequest("WS-4.2.1-3", "Host is not a host");
        if (!authority.IsEmpty) Host = authority;
        return Host.ContainsAny(NotInHost) ? HandshakeRefusal.BadRequest("WS-4.2.1-3", "the request target names no host") : null;
    }

    /// <summary>The subprotocols offered, the most preferred one first, over all the fields that list them.</summary>
    public readonly IEnumerable<string> Subprotocols()
    {
        List<string> offered = [];
        var fields = new HttpFields(lines);
        while (fields.MoveNext())
        {
            if (!Ascii.EqualsIgnoreCase(fields.Name, "Sec-WebSocket-Protocol"u8)) continue;
            var list = new HttpList(fields.Value);
            while (list.MoveNext())
                offered.Add(Encoding.ASCII.GetString(list.Current));
        }

        return offered;
    }

    /// <summary>The values of all fields of that name, joined by commas; null when there is none.</summary>
    public readonly string? Joined(ReadOnlySpan<byte> name)
    {
        string? joined = null;
        var fields = new HttpFields(lines);
        while (fields.MoveNext())
        {
            if (!Ascii.EqualsIgnoreCase(fields.Name, name)) continue;
            string value = Encoding.Latin1.GetString(fields.Value);
            joined = joined is null ? value : $"{joined}, {value}";
        }

        return joined;
    }

    /// <summary>Whether a header is there that proxies add; any client can write it.</summary>
    public readonly bool IsForwarded =>
        (Joined("X-Forwarded-For"u8) ?? Joined("X-Real-IP"u8) ?? Joined("Forwarded"u8) ?? Joined("X-Forwarded-Host"u8)
            ?? Joined("X-Forwarded-Proto"u8)) is not null;

    private HandshakeRefusal? ReadRequestLine(ReadOnlySpan<byte> line)
    {
        int first = line.IndexOf((byte)' ');
        int last = line.LastIndexOf((byte)' ');
        if (first <= 0 || last == first || !HttpFields.IsToken(line[..first]))
            return HandshakeRefusal.BadRequest("WS-4.2.1-2", "the request line is not a method, a target and a version");
        Method = line[..first];

        ReadOnlySpan<byte> version = line[(last + 1)..];
        if (version.Length != 8 || !version.StartsWith("HTTP/"u8) || version[6] != '.'
            || !char.IsAsciiDigit((char)version[5]) || !char.IsAsciiDigit((char)version[7]))
            return HandshakeRefusal.BadRequest("WS-4.2.1-2", "the request line does not end in an HTTP version");
        if (version[5] != '1') return new HandshakeRefusal(505, "WS-4.2.1-2", "this server speaks HTTP/1.1");
        IsHttp11 = version[7] != '0';
        return ReadTarget(line[(first + 1)..last]);
    }

    private HandshakeRefusal? ReadTarget(ReadOnlySpan<byte> target)
    {
        foreach (byte octet in target)
        {
            if (octet is <= (byte)' ' or >= 0x7F or (byte)'#')
                return HandshakeRefusal.BadRequest("WS-4.2.1-2", "the request target has characters that a target does not have");
        }

        int scheme = StartsWithIgnoreCase(target, "http://"u8) ? 7 : StartsWithIgnoreCase(target, "https://"u8) ? 8 : 0;
        if (scheme > 0)
        {
            int slash = target[scheme..].IndexOfAny((byte)'/', (byte)'?');
            authority = slash < 0 ? target[scheme..] : target.Slice(scheme, slash);
            target = slash < 0 ? "/"u8 : target[(scheme + slash)..];
            if (authority.IsEmpty) return HandshakeRefusal.BadRequest("WS-4.2.1-2", "the request target names no host");
        }

        int question = target.IndexOf((byte)'?');
        Path = question < 0 ? target : question == 0 ? "/"u8 : target[..question];
        Query = question < 0 ? default : target[(question + 1)..];
        return Path.StartsWith("/"u8) ? null : HandshakeRefusal.BadRequest("WS-4.2.1-2", "the request target is not a path");
    }

    private HandshakeRefusal? ReadField(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        MeansToUpgrade |= StartsWithIgnoreCase(name, "Sec-WebSocket-"u8);
        if (Is(name, "Host"u8))
        {
            Host = value;
            return Once(ref hasHost, "WS-4.2.1-3", "Host appears twice");
        }

        if (Is(name, "Upgrade"u8))
        {
            UpgradesToWebSocket |= HttpList.Has(value, "websocket"u8);
            MeansToUpgrade = true;
        }
        else if (Is(name, "Connection"u8))
        {
            ConnectionUpgrades |= HttpList.Has(value, "Upgrade"u8);
        }
        else if (Is(name, "Sec-WebSocket-Key"u8))
        {
            Key = value;
            return Once(ref hasKey, "WS-11.3.1-1", "Sec-WebSocket-Key appears twice");
        }
        else if (Is(name, "Sec-WebSocket-Version"u8))
        {
            Version = value;
            return Once(ref hasVersion, "WS-11.3.5-1", "Sec-WebSocket-Version appears twice");
        }
        else if (Is(name, "Origin"u8))
        {
            Origin = value;
            return Once(ref hasOrigin, "WS-4.2.1-1", "Origin appears twice");
        }
        else if (Is(name, "Sec-WebSocket-Protocol"u8))                                  // [WS-4.2.1-9]
        {
            OffersSubprotocols = true;
            return IsTokenList(value) ? null : HandshakeRefusal.BadRequest("WS-4.3-2", "Sec-WebSocket-Protocol is not a list of tokens");
        }
        else if (Is(name, "Sec-WebSocket-Extensions"u8) && !ExtensionList.IsValid(value))
        {
            return HandshakeRefusal.BadRequest("WS-9.1-1", "Sec-WebSocket-Extensions breaks its grammar");
        }
        else if (Is(name, "Transfer-Encoding"u8) || (Is(name, "Content-Length"u8) && !value.SequenceEqual("0"u8)))
        {
            return HandshakeRefusal.BadRequest("WS-4.2.1-1", "an opening handshake has no body");
        }

        return null;                                                                    // [WS-4.2.1-10]
    }

    private static HandshakeRefusal? Once(ref bool seen, string rule, string reason)
    {
        if (seen) return HandshakeRefusal.BadRequest(rule, reason);
        seen = true;
        return null;
    }

    private static bool IsTokenList(ReadOnlySpan<byte> value)
    {
        bool any = false;
        var list = new HttpList(value);
        while (list.MoveNext())
        {
            any = true;
            if (!HttpFields.IsToken(list.Current)) return false;
        }

        return any;
    }

    /// <summary>Field names have no case. [WS-4.1-36]</summary>
    private static bool Is(ReadOnlySpan<byte> name, ReadOnlySpan<byte> expected) => Ascii.EqualsIgnoreCase(name, expected);

    private static bool StartsWithIgnoreCase(ReadOnlySpan<byte> text, ReadOnlySpan<byte> start) =>
        text.Length >= start.Length && Ascii.EqualsIgnoreCase(text[..start.Length], start);
}
