// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Text;

namespace RawMqtt.WebSockets;

/// <summary>The server's answer to an opening handshake, checked as RFC 6455 4.1 demands of the client.</summary>
/// <param name="request">The request.</param>
/// <param name="key">The key that it was written with, see <see cref="ClientHandshake.CreateKey"/>.</param>
public sealed class UpgradeResponse(ClientHandshake request, byte[] key)
{
    private readonly List<KeyValuePair<string, string>> fields = [];
    private HttpHead headEnd = new(HttpHead.MaxResponseSize, HttpHead.MaxResponseFields);
    private int skipped;

    /// <summary>The status of the answer; 0 until the status line is read.</summary>
    public int Status { get; private set; }

    /// <summary>The words behind the status; may be empty.</summary>
    public string Reason { get; private set; } = "";

    /// <summary>The header fields, in their order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Fields => fields;

    /// <summary>What the server chose among the subprotocols offered; null for none.</summary>
    public string? Subprotocol { get; private set; }

    /// <summary>The rule that stands against this answer; null when the connection is open.</summary>
    public string? Rule { get; private set; }

    /// <summary>What was seen instead of what the rule demands.</summary>
    public string? Failure { get; private set; }

    /// <summary>
    /// Reads the head, given all that was received each time. Done: the connection is open, and frames begin at
    /// <paramref name="consumed"/>. InvalidData: it is not, and a body may begin there.
    /// </summary>
    public OperationStatus TryRead(ReadOnlySpan<byte> received, out int consumed)
    {
        OperationStatus status;
        do
        {
            status = TryReadOne(received[skipped..], out consumed);
            consumed += skipped;
        }
        while (status == OperationStatus.Done && IsInterim(consumed));
        return status;
    }

    /// <summary>The values of all fields of that name; names have no case. [WS-4.1-36]</summary>
    internal List<string> Values(string name)
    {
        var values = new List<string>();
        foreach (KeyValuePair<string, string> field in fields)
        {
            if (field.Key.Equals(name, StringComparison.OrdinalIgnoreCase)) values.Add(field.Value);
        }

        return values;
    }

    /// <summary>An interim response such as 100 or 103 comes before the answer, RFC 9110 15.2: it is skipped.</summary>
    private bool IsInterim(int end)
    {
        if (Status is 101 or not (>= 100 and < 200)) return false;
        skipped = end;
        headEnd = new HttpHead(HttpHead.MaxResponseSize - skipped, HttpHead.MaxResponseFields);
        Status = 0;
        fields.Clear();
        return true;
    }

    private OperationStatus TryReadOne(ReadOnlySpan<byte> received, out int consumed)
    {
        consumed = 0;
        ReadOnlySpan<byte> start = "HTTP/1."u8;
        if (!received.StartsWith(start[..Math.Min(received.Length, start.Length)]))
            return Fail("WS-4.1-35", "the answer is not HTTP/1.1; is this a WebSocket server?");
        OperationStatus status = headEnd.Find(received, out consumed);
        int end = received.IndexOf("\r\n"u8);
        if (status == OperationStatus.InvalidData && end > 0) TryReadStatusLine(received[..end], out _);
        if (status == OperationStatus.InvalidData) return Fail("WS-4.1-35", $"the answer has {headEnd.Refusal!.Reason}");
        if (status != OperationStatus.Done) return status;

        ReadOnlySpan<byte> head = received[..consumed];
        if (!TryReadStatusLine(head[..end], out bool isHttp11) || !TryReadFields(head[(end + 2)..]))
            return Fail("WS-4.1-35", "the answer breaks the grammar of HTTP");
        if (Status is >= 100 and < 200 and not 101) return OperationStatus.Done;
        if (Status != 101) return Fail("WS-4.1-29", $"the server answered {Status} instead of 101");
        return isHttp11 ? Check() : Fail("WS-4.1-35", "a 101 in HTTP/1.0");
    }

    private OperationStatus Check()
    {
        if (Values("Upgrade") is not [string upgrade] || !upgrade.Equals("websocket", StringComparison.OrdinalIgnoreCase))
            return Fail("WS-4.1-30", "Upgrade is not websocket");
        if (!HttpList.Has(Encoding.UTF8.GetBytes(string.Join(',', Values("Connection"))), "Upgrade"u8))
            return Fail("WS-4.1-31", "Connection does not contain Upgrade");

        byte[] accept = new byte[AcceptKey.AcceptSize];
        AcceptKey.Write(key, accept);
        if (Values("Sec-WebSocket-Accept") is not [string answered] || answered != Encoding.ASCII.GetString(accept))
            return Fail("WS-4.1-32", "Sec-WebSocket-Accept does not answer the key (does a cache stand between?)");     // [WS-11.3.3-1]
        if (Values("Sec-WebSocket-Extensions").Count > 0)
            return Fail("WS-4.1-33", "the server names an extension, and none was offered");       // [WS-5.8-1] [WS-9.1-6] [WS-11.3.2-1]

        List<string> subprotocols = Values("Sec-WebSocket-Protocol");
        if (subprotocols.Count > 1) return Fail("WS-11.3.4-1", "Sec-WebSocket-Protocol appears twice");
        if (subprotocols.Count == 1 && !Offers(subprotocols[0]))
            return Fail("WS-4.1-34", $"the server chose the subprotocol '{subprotocols[0]}', which was not offered");
        Subprotocol = subprotocols.Count == 1 ? subprotocols[0] : null;                                                // [WS-4.1-37]
        return OperationStatus.Done;
    }

    private bool Offers(string subprotocol)
    {
        foreach (string offered in request.Subprotocols)
        {
            if (offered == subprotocol) return true;
        }

        return false;
    }

    private bool TryReadStatusLine(ReadOnlySpan<byte> line, out bool isHttp11)
    {
        isHttp11 = line.Length > 7 && line[7] is >= (byte)'1' and <= (byte)'9';
        if (line.Length < 12 || !char.IsAsciiDigit((char)line[7]) || line[8] != ' ' || line[9..12].ContainsAnyExceptInRange((byte)'0', (byte)'9')
            || (line.Length > 12 && line[12] != ' ') || HttpFields.HasControls(line))
            return false;
        Reason = Encoding.Latin1.GetString(line[Math.Min(13, line.Length)..]);
        Status = (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
        return true;
    }

    private bool TryReadFields(ReadOnlySpan<byte> lines)
    {
        var line = new HttpFields(lines);
        while (line.MoveNext())
            fields.Add(new(Encoding.ASCII.GetString(line.Name), Encoding.Latin1.GetString(line.Value)));
        return !line.IsBroken;
    }

    private OperationStatus Fail(string rule, string failure)
    {
        Rule = rule;
        Failure = failure;
        return OperationStatus.InvalidData;
    }
}
