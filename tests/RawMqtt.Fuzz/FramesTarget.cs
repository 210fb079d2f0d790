// SPDX-License-Identifier: MIT

using System.Buffers;
using RawMqtt.WebSockets;

namespace RawMqtt.Fuzz;

/// <summary>A first byte that says role and cuts, then frames: whole, cut, and squeezed in place they have to say the same.</summary>
internal static class FramesTarget
{
    public static IEnumerable<byte[]> Seeds() => new[]
    {
        "00" + "818537FA213D7F9F4D5158",
        "01" + "810548656C6C6F",
        "03" + "0103486564" + "8901" + "70" + "80026C6F",
        "02" + "028137FA213D41" + "008037FA213D" + "808137FA213D42" + "888237FA213D3412",
        "05" + "827E0080" + new string('0', 256),
        "04" + "82FE00807FFFFFFF" + new string('0', 256),
        "07" + "827F0000000000010000" + "00",
        "09" + "8802" + "03E8" + "8900",
        "00" + "8A8037FA213D" + "C18137FA213D00",
        "01" + "8104F09F9880" + "0102C3A9" + "8001" + "A9",
    }.Select(Convert.FromHexString);

    public static void Run(byte[] bytes)
    {
        if (bytes.Length == 0) return;
        WebSocketRole role = (bytes[0] & 1) == 0 ? WebSocketRole.Server : WebSocketRole.Client;
        byte[] wire = bytes[1..];
        int part = (bytes[0] >> 1) + 1;

        string whole = Converse(role, wire, wire.Length + 1);
        Require(whole == Converse(role, wire, part), "cut");
        Require(whole == Converse(role, wire, 1), "byte by byte");
        string squeezed = Squeeze(role, wire, wire.Length + 1);
        Require(squeezed == Squeeze(role, wire, part), "squeezed and cut");
        Require(squeezed == Squeeze(role, wire, 1), "squeezed byte by byte");
    }

    private static string Converse(WebSocketRole role, byte[] wire, int part)
    {
        var connection = new WebSocketConnection(role, pool => pool.Clear(), maxMessageSize: 300, acceptsText: true);
        var output = new ArrayBufferWriter<byte>();
        var log = new List<string>();
        string message = "";
        foreach (byte[] chunk in wire.Chunk(part))
        {
            int read = 0;
            int written = 0;
            int told = 0;
            while (connection.TryReceive(chunk, ref read, ref written, output, out WebSocketEvent happened))
            {
                message += Convert.ToHexString(chunk.AsSpan(told..written));
                told = written;
                log.Add($"{happened.Kind} {(happened.IsEndOfMessage ? message : Convert.ToHexString(happened.Payload))}");
                if (!happened.IsEndOfMessage) continue;
                Require(message.Length <= 600, "limit");
                message = "";
            }

            message += Convert.ToHexString(chunk.AsSpan(told..written));
            Require(read == chunk.Length && written <= read, "left over");
        }

        if (connection.CallsForClose) output.Advance(connection.WriteClose(output.GetSpan(WebSocketConnection.MaxCloseSize)));
        Require(connection.HasEnded || connection.Violation is null, "violation and open");
        return $"{string.Join('\n', log)}\n{connection.Violation} {connection.CloseCode} {connection.CloseReason} {Convert.ToHexString(output.WrittenSpan)}";
    }

    private static string Squeeze(WebSocketRole role, byte[] wire, int part)
    {
        var reader = new FrameReader(role, 300, acceptsText: false);
        var data = new List<byte>();
        var log = new List<string>();
        foreach (byte[] chunk in wire.Chunk(part))
        {
            int read = 0;
            int written = 0;
            while (reader.TrySqueeze(chunk, ref read, ref written, out FramePiece piece))
                log.Add($"{piece.Opcode} {Convert.ToHexString(piece.Payload)} {piece.Violation} {data.Count + written}");
            Require(read == chunk.Length && written <= read, "counts");
            data.AddRange(chunk.AsSpan(0, written));
        }

        // How much of a frame that breaks a rule came before does not count; what was data before it does.
        return $"{string.Join('\n', log)}\n{Convert.ToHexString([.. data])}";
    }

    private static void Require(bool holds, string what)
    {
        if (!holds) throw new InvalidOperationException(what);
    }
}
