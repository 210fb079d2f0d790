// SPDX-License-Identifier: MIT

using RawMqtt.WebSockets;
using static RawMqtt.Tests.WebSockets.RawFrame;

namespace RawMqtt.Tests.WebSockets;

/// <summary>What a peer sends, and what has to come of it. Each is fed to both roles, whole and in every cut.</summary>
internal static class FrameVectors
{
    /// <summary>The bytes as they go to an end of a role; what the connection says of them, or the rule broken and the code it closes with; and its replies,
    /// null for the close of a violation.</summary>
    internal sealed record Vector(string Name, string[] Rules, Func<WebSocketRole, byte[]> Send, string[] Log, string[]? Replies = null);

    private const int Continuation = 0x0, Text = 0x1, Binary = 0x2, Close = 0x8, Ping = 0x9, Pong = 0xA;

    private static readonly byte[] K = [.. Enumerable.Range(0, 1024).Select(i => (byte)i)];
    private static readonly byte[] Large = [.. Enumerable.Range(0, 65536).Select(i => (byte)(i * 7))];

    public static readonly Vector[] All =
    [
        // Messages, 5.2 to 5.6
        new("text in one frame", ["WS-5.4-2", "WS-5.2-4", "WS-5.3-5"], to => To(to, Fin | Text, "Hello"), ["Text Hello"], []),
        new("empty text", ["WS-5.4-2"], to => To(to, Fin | Text, ""), ["Text"], []),
        new("binary in one frame", ["WS-5.6-2"], to => To(to, Fin | Binary, [0, 255, 1]), ["Binary 00FF01"], []),
        new("empty binary", ["WS-5.4-2"], to => To(to, Fin | Binary, []), ["Binary"], []),
        new("125 bytes, 7-bit length", ["WS-5.2-6"], to => To(to, Fin | Binary, K[..125]), ["Binary " + Convert.ToHexString(K[..125])], []),
        new("126 bytes, 16-bit length", ["WS-5.2-6"], to => To(to, Fin | Binary, K[..126]), ["Binary " + Convert.ToHexString(K[..126])], []),
        new("1024 bytes", ["WS-5.2-6"], to => To(to, Fin | Binary, K), ["Binary 1024 bytes, sum " + Sum(K)], []),
        new("65535 bytes, 16-bit length", ["WS-5.2-6"], to => To(to, Fin | Binary, Large[..65535]), ["Binary 65535 bytes, sum " + Sum(Large[..65535])], []),
        new("65536 bytes, 64-bit length", ["WS-5.2-6", "WS-5.3-6"], to => To(to, Fin | Binary, Large), ["Binary 65536 bytes, sum " + Sum(Large)], []),
        new("two messages in a row", ["WS-6.2-5"], to => Join(To(to, Fin | Text, "a"), To(to, Fin | Binary, [1])), ["Text a", "Binary 01"], []),
        new("three fragments", ["WS-5.4-3", "WS-6.2-3", "WS-6.2-4", "WS-5.4-8"],
            to => Join(To(to, Text, "Hel"), To(to, Continuation, "lo "), To(to, Fin | Continuation, "you")), ["Text Hello you"], []),
        new("empty fragments", ["WS-5.4-3"],
            to => Join(To(to, Binary, []), To(to, Continuation, []), To(to, Continuation, [7]), To(to, Fin | Continuation, [])), ["Binary 07"], []),
        new("fragments of one byte", ["WS-5.4-1"],
            to => Join([To(to, Binary, [0]), .. Enumerable.Range(1, 20).Select(i => To(to, Continuation, [(byte)i])), To(to, Fin | Continuation, [99])]),
            ["Binary " + Convert.ToHexString([.. Enumerable.Range(0, 21).Select(i => (byte)i), 99])], []),
        new("ping between fragments", ["WS-5.4-4", "WS-5.4-7", "WS-6.2-2"],
            to => Join(To(to, Text, "a"), To(to, Fin | Ping, "p"), To(to, Fin | Pong, "q"), To(to, Fin | Continuation, "b")),
            ["Ping p", "Pong q", "Text ab"], ["Pong p"]),
        new("character cut between fragments", ["WS-5.6-1"],
            to => Join(To(to, Text, [0xF0, 0x9F]), To(to, Continuation, [0x98]), To(to, Fin | Continuation, [0x80])), ["Text \U0001F600"], []),

        // Control frames, 5.5
        new("ping", ["WS-5.5.2-1", "WS-5.5.3-1"], to => To(to, Fin | Ping, "payload"), ["Ping payload"], ["Pong payload"]),
        new("empty ping", ["WS-5.5.2-1"], to => To(to, Fin | Ping, ""), ["Ping"], ["Pong"]),
        new("ping of 125 bytes", ["WS-5.5-1"], to => To(to, Fin | Ping, new string('x', 125)), ["Ping " + new string('x', 125)],
            ["Pong " + new string('x', 125)]),
        new("pings answered in order", ["WS-5.5.3-1"], to => Join([.. Enumerable.Range(0, 10).Select(i => To(to, Fin | Ping, $"{i}"))]),
            [.. Enumerable.Range(0, 10).Select(i => $"Ping {i}")], [.. Enumerable.Range(0, 10).Select(i => $"Pong {i}")]),
        new("pong unasked", ["WS-5.5.3-2"], to => Join(To(to, Fin | Pong, "x"), To(to, Fin | Ping, "y")), ["Pong x", "Ping y"], ["Pong y"]),
        new("close without a code", ["WS-7.1.5-2", "WS-5.5.1-1", "WS-5.5.1-6"], to => To(to, Fin | Close, ""), ["Close"], ["Close"]),
        new("close 1000 with a reason", ["WS-5.5.1-6", "WS-5.5.1-2", "WS-7.1.5-1"], to => To(to, Fin | Close, Body(1000, "bye")),
            ["Close 1000 bye"], ["Close 1000"]),
        new("close with a reason of 123 bytes", ["WS-5.5.1-2"], to => To(to, Fin | Close, Body(1001, new string('r', 123))),
            ["Close 1001 " + new string('r', 123)], ["Close 1001"]),
        new("nothing after close", ["WS-5.5.2-1", "WS-7.1.1-1"],
            to => Join(To(to, Fin | Close, Body(1000, "")), To(to, Fin | Ping, "late"), To(to, Fin | Text, "late")), ["Close 1000"], ["Close 1000"]),
        new("close inside a message", ["WS-5.4-7"], to => Join(To(to, Text, "a"), To(to, Fin | Close, Body(1000, ""))), ["Close 1000"], ["Close 1000"]),

        // Rules broken
        new("RSV1", ["WS-5.2-2"], to => To(to, Fin | 0x40 | Text, "x"), ["WS-5.2-2 1002"]),
        new("RSV2", ["WS-5.2-2"], to => To(to, Fin | 0x20 | Binary, "x"), ["WS-5.2-2 1002"]),
        new("RSV3 on a ping", ["WS-5.2-2"], to => To(to, Fin | 0x10 | Ping, ""), ["WS-5.2-2 1002"]),
        new("message, then RSV: the message counts", ["WS-5.2-2", "WS-7.1.7-5"],
            to => Join(To(to, Fin | Text, "a"), To(to, Fin | 0x70 | Text, "b"), To(to, Fin | Ping, "")), ["Text a", "WS-5.2-2 1002"]),
        .. Reserved(3, 4, 5, 6, 7, 0xB, 0xC, 0xD, 0xE, 0xF),
        new("ping without FIN", ["WS-5.5-2", "WS-5.4-4"], to => To(to, Ping, "x"), ["WS-5.5-2 1002"]),
        new("pong without FIN", ["WS-5.5-2"], to => To(to, Pong, "x"), ["WS-5.5-2 1002"]),
        new("close without FIN", ["WS-5.5-2"], to => To(to, Close, Body(1000, "")), ["WS-5.5-2 1002"]),
        new("ping of 126 bytes", ["WS-5.5-1"], to => To(to, Fin | Ping, K[..126]), ["WS-5.5-1 1002"]),
        new("close of 126 bytes", ["WS-5.5-1"], to => To(to, Fin | Close, Body(1000, new string('r', 124))), ["WS-5.5-1 1002"]),
        new("ping in 16-bit form", ["WS-5.5-1"], to => Make(Fin | Ping, [1], to == WebSocketRole.Server, lengthBytes: 2), ["WS-5.5-1 1002"]),
        new("ping in 64-bit form", ["WS-5.5-1"], to => Make(Fin | Ping, [1], to == WebSocketRole.Server, lengthBytes: 8), ["WS-5.5-1 1002"]),
        new("wrong masking", ["WS-5.1-2", "WS-5.1-4"], to => Make(Fin | Text, [65], to != WebSocketRole.Server), ["MASK 1002"]),
        new("wrong masking of a ping", ["WS-5.1-2", "WS-5.1-4"], to => Make(Fin | Ping, [], to != WebSocketRole.Server), ["MASK 1002"]),
        new("5 bytes in 16-bit form", ["WS-5.2-8"], to => Make(Fin | Binary, K[..5], to == WebSocketRole.Server, lengthBytes: 2), ["WS-5.2-8 1002"]),
        new("125 bytes in 16-bit form", ["WS-5.2-8"], to => Make(Fin | Text, new byte[125], to == WebSocketRole.Server, lengthBytes: 2), ["WS-5.2-8 1002"]),
        new("126 bytes in 64-bit form", ["WS-5.2-8"], to => Make(Fin | Binary, K[..126], to == WebSocketRole.Server, lengthBytes: 8), ["WS-5.2-8 1002"]),
        new("65535 bytes in 64-bit form", ["WS-5.2-8"], to => Make(Fin | Binary, [], to == WebSocketRole.Server, 8, 65535), ["WS-5.2-8 1002"]),
        new("top bit of the length", ["WS-5.2-7"], to => Make(Fin | Binary, [], to == WebSocketRole.Server, 8, 0x8000_0000_0000_0005), ["WS-5.2-7 1002"]),
        new("2^63-1 bytes", ["WS-10.4-1", "WS-10.4-2"], to => Make(Fin | Binary, [], to == WebSocketRole.Server, 8, long.MaxValue), ["WS-10.4-1 1009"]),
        new("2^32+5 bytes", ["WS-10.4-1"], to => Make(Fin | Binary, [], to == WebSocketRole.Server, 8, (1UL << 32) + 5), ["WS-10.4-1 1009"]),
        new("continuation of nothing", ["WS-5.4-6"], to => To(to, Fin | Continuation, "x"), ["WS-5.4-6 1002"]),
        new("continuation of nothing, more to come", ["WS-5.4-6"], to => To(to, Continuation, "x"), ["WS-5.4-6 1002"]),
        new("continuation after the last one", ["WS-5.4-6"], to => Join(To(to, Binary, [1]), To(to, Fin | Continuation, [2]), To(to, Fin | Continuation, [3])),
            ["Binary 0102", "WS-5.4-6 1002"]),
        new("message inside a message", ["WS-5.4-6", "WS-5.4-13"], to => Join(To(to, Text, "a"), To(to, Fin | Text, "b")), ["WS-5.4-6 1002"]),
        new("message begun inside a message", ["WS-5.4-6"], to => Join(To(to, Binary, "a"), To(to, Binary, "b")), ["WS-5.4-6 1002"]),
        new("close of one byte", ["WS-5.5.1-1"], to => To(to, Fin | Close, [3]), ["WS-5.5.1-1 1002"]),
        new("close reason that is not UTF-8", ["WS-8.1-1", "WS-5.5.1-2"], to => To(to, Fin | Close, [3, 0xE8, 0xC0, 0x80]), ["WS-8.1-1 1007"]),
        new("text that is not UTF-8", ["WS-8.1-1", "WS-5.6-1"], to => To(to, Fin | Text, [0x61, 0xFF]), ["WS-8.1-1 1007"]),
        new("text that ends inside a character", ["WS-5.6-1"], to => To(to, Fin | Text, [0xC3]), ["WS-8.1-1 1007"]),
        new("fragments that end inside a character", ["WS-5.6-1"], to => Join(To(to, Text, [0xE2, 0x82]), To(to, Fin | Continuation, "")), ["WS-8.1-1 1007"]),
        .. Codes(1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999),
        .. BadCodes("WS-7.4.2-1", 0, 1, 999),
        .. BadCodes("WS-7.4.1-2", 1004),
        .. BadCodes("WS-7.4.1-3", 1005),
        .. BadCodes("WS-7.4.1-4", 1006),
        .. BadCodes("WS-7.4.1-6", 1015),
        .. BadCodes("WS-7.4.2-2", 1016, 1100, 2000, 2999),
        .. BadCodes("WS-11.7-1", 5000, 65535),
    ];

    private static byte[] Body(int code, string reason) => [(byte)(code >> 8), (byte)code, .. System.Text.Encoding.UTF8.GetBytes(reason)];

    private static long Sum(byte[] bytes) => bytes.Sum(octet => (long)octet);

    private static IEnumerable<Vector> Reserved(params int[] opcodes) => opcodes.Select(opcode =>
        new Vector($"opcode {opcode:X}", ["WS-5.2-3"], to => To(to, Fin | opcode, "x"), ["WS-5.2-3 1002"]));

    private static IEnumerable<Vector> Codes(params int[] codes) => codes.Select(code =>
        new Vector($"close {code}", ["WS-7.4.1-1", "WS-7.4.2-3"], to => To(to, Fin | Close, Body(code, "")), [$"Close {code}"], [$"Close {code}"]));

    private static IEnumerable<Vector> BadCodes(string rule, params int[] codes) => codes.Select(code =>
        new Vector($"close {code}, never sent", [rule], to => To(to, Fin | Close, Body(code, "")), [$"{rule} 1002"]));
}
