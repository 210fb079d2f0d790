// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Buffers.Text;
using System.Collections.ObjectModel;
using System.Text;

namespace RawMqtt.WebSockets;

/// <summary>The request that opens a connection from the client's side, RFC 6455 4.1.</summary>
/// <remarks>Values that would not make a well-formed request throw <see cref="ArgumentException"/> when they are set.</remarks>
public sealed record ClientHandshake
{
    private static readonly string[] OwnFields =
        ["Host", "Upgrade", "Connection", "Content-Length", "Transfer-Encoding", "TE", "Trailer", "Expect"];

    /// <summary>The Host field: the host, and <c>:</c> and the port when it is not the default one of the scheme.</summary>
    public required string Host
    {
        get;
        init => field = Demand(value, IsVisible(value) && value.Length > 0, "A Host is visible ASCII.");     // [WS-4.1-19]
    }

    /// <summary>Path and query, already percent-encoded; <c>/</c> first.</summary>
    public string Resource
    {
        get;
        // [WS-4.1-2] [WS-4.1-16]
        init => field = Demand(
            value, IsVisible(value) && value.StartsWith('/') && !value.Contains('#'), "A resource begins with / and has no fragment. RFC 6455 3");
    } = "/mqtt";

    /// <summary>Subprotocols offered, the most preferred one first, none twice.</summary>
    public IReadOnlyList<string> Subprotocols
    {
        get;
        init => field = Copy(value, AreTokens(value), "Subprotocols are tokens, each offered once. RFC 6455 4.1"); // [WS-4.1-27]
    } = ["mqtt"];

    /// <summary>More fields, such as Authorization, Cookie or Origin; those of the handshake itself are refused.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers
    {
        get;
        init => field = Copy(
            value, AreAllowed(value), "A header field is a token and a value without control characters, and not one of the handshake's own.");
    } = [];

    /// <summary>Returns a key for <see cref="WriteRequest"/>: 16 random bytes in base64. [WS-4.1-23]</summary>
    /// <param name="random">Draws the bytes, such as <c>Transports.Entropy.Fill</c>.</param>
    public static byte[] CreateKey(RandomFill random)
    {
        ArgumentNullException.ThrowIfNull(random);
        Span<byte> drawn = stackalloc byte[16];
        random(drawn);
        byte[] key = new byte[AcceptKey.KeySize];
        Base64.EncodeToUtf8(drawn, key, out _, out _);
        return key;
    }

    /// <summary>Appends the request.</summary>
    /// <param name="key">A key of <see cref="CreateKey"/>, new for each connection.</param>
    /// <param name="output">Takes the request.</param>
    public void WriteRequest(ReadOnlySpan<byte> key, IBufferWriter<byte> output)
    {
        if (!AcceptKey.IsKey(key)) throw new ArgumentException("A key is the base64 of 16 bytes. RFC 6455 4.1", nameof(key)); // [WS-4.1-22]
        var request = new StringBuilder();
        request.Append("GET ").Append(Resource).Append(" HTTP/1.1\r\n")                                     // [WS-4.1-17] [WS-4.1-18]
            .Append("Host: ").Append(Host).Append("\r\n")
            .Append("Upgrade: websocket\r\nConnection: Upgrade\r\n")                                        // [WS-4.1-20] [WS-4.1-21]
            .Append("Sec-WebSocket-Key: ").Append(Encoding.ASCII.GetString(key)).Append("\r\n")
            .Append("Sec-WebSocket-Version: 13\r\n");                                                       // [WS-4.1-25]
        if (Subprotocols.Count > 0)
            request.Append("Sec-WebSocket-Protocol: ").AppendJoin(", ", Subprotocols).Append("\r\n");       // [WS-4.1-26]
        foreach ((string name, string value) in Headers)
            request.Append(name).Append(": ").Append(value).Append("\r\n");
        Encoding.UTF8.GetBytes(request.Append("\r\n").ToString(), output);
    }

    private static bool AreTokens(IReadOnlyList<string> names)
    {
        for (int i = 0; i < names.Count; i++)
        {
            if (!IsToken(names[i])) return false;
            for (int j = 0; j < i; j++)
            {
                if (names[i] == names[j]) return false;
            }
        }

        return true;
    }

    private static bool AreAllowed(IReadOnlyList<KeyValuePair<string, string>> fields)
    {
        foreach (KeyValuePair<string, string> field in fields)
        {
            if (!IsAllowed(field)) return false;
        }

        return true;
    }

    private static bool IsAllowed(KeyValuePair<string, string> field) =>
        IsToken(field.Key)
        && !field.Key.StartsWith("Sec-WebSocket-", StringComparison.OrdinalIgnoreCase)
        && !Array.Exists(OwnFields, own => own.Equals(field.Key, StringComparison.OrdinalIgnoreCase))
        && !HttpFields.HasControls(Encoding.UTF8.GetBytes(field.Value));

    private static bool IsToken(string text) => HttpFields.IsToken(Encoding.UTF8.GetBytes(text));

    private static bool IsVisible(string text) => !text.AsSpan().ContainsAnyExceptInRange('!', '~');

    private static ReadOnlyCollection<T> Copy<T>(IReadOnlyList<T> value, bool isRight, string rule) => new List<T>(Demand(value, isRight, rule)).AsReadOnly();

    private static T Demand<T>(T value, bool isRight, string rule) => isRight ? value : throw new ArgumentException(rule);
}
