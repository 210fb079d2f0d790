// SPDX-License-Identifier: MIT

using System.Buffers;
using RawMqtt.WebSockets;
using static RawMqtt.Tests.WebSockets.RawFrame;

namespace RawMqtt.Tests.WebSockets;

public class WebSocketConnectionTests
{
    [Fact]
    [Rule("WS-7.1.3-1", "WS-7.1.4-1", "WS-7.1.2-1", "WS-7.1.2-2", "WS-5.5.1-8", "WS-5.5.1-5", "WS-6.1-1", "WS-5.1-5")]
    public void Closing_from_this_end_waits_for_the_answer()
    {
        var conversation = new Conversation(WebSocketRole.Server);
        WebSocketConnection connection = conversation.Connection;
        Assert.True(connection.CanSend);
        conversation.Send("a"u8, isText: true);
        conversation.Close(CloseCode.GoingAway, "stop");
        conversation.Close(CloseCode.NormalClosure, "again");
        Assert.False(connection.CanSend);
        Assert.False(connection.HasEnded);
        conversation.Feed(To(WebSocketRole.Server, 0x81, "still on its way"));
        conversation.Feed(To(WebSocketRole.Server, 0x89, "p"));
        conversation.Feed(To(WebSocketRole.Server, 0x88, [0x03, 0xE8]));
        Assert.Equal(["Text still on its way", "Ping p", "Close 1000"], conversation.Log);
        Assert.Equal(["Text a", "Close 1001 stop", "Pong p"], conversation.Sent());
        Assert.True(connection.HasEnded);
        Assert.Equal(CloseCode.NormalClosure, connection.CloseCode);
    }

    [Fact]
    [Rule("WS-5.5.1-11", "WS-7.1.5-1")]
    public void Both_ends_close_at_once()
    {
        var client = new Conversation(WebSocketRole.Client);
        var server = new Conversation(WebSocketRole.Server);
        client.Close((CloseCode)4000, "client");
        server.Close((CloseCode)4001, "server");
        byte[] fromClient = client.Output.WrittenSpan.ToArray();
        client.Feed(server.Output.WrittenSpan.ToArray());
        server.Feed(fromClient);
        Assert.Equal(["Close 4001 server"], client.Log);
        Assert.Equal(["Close 4000 client"], server.Log);
        Assert.True(client.Connection.HasEnded && server.Connection.HasEnded);
        Assert.Single(client.Sent());
        Assert.Single(server.Sent());
    }

    [Fact]
    [Rule("WS-7.1.5-3", "WS-7.1.4-1", "WS-7.2.1-2", "WS-7.1.5-2", "WS-7.1.6-1")]
    public void The_code_and_the_kind_of_each_end_are_reported()
    {
        var lost = new Conversation(WebSocketRole.Client);
        lost.Connection.EndOfTransport();
        Assert.Equal(CloseCode.AbnormalClosure, lost.Connection.CloseCode);

        var empty = Conversation.With(WebSocketRole.Client, [To(WebSocketRole.Client, 0x88, "")]);
        empty.Connection.EndOfTransport();
        Assert.Equal(CloseCode.NoStatusReceived, empty.Connection.CloseCode);
        Assert.Equal("", empty.Connection.CloseReason);

        var broken = Conversation.With(WebSocketRole.Client, [[0xFF]]);
        Assert.Equal(CloseCode.AbnormalClosure, broken.Connection.CloseCode);
        Assert.Equal("WS-5.2-2", broken.Connection.Violation!.Rule);
    }

    [Theory]
    [Rule("WS-10.4-1", "WS-10.4-2", "WS-7.4.1-1")]
    [InlineData(100, 100, true)]
    [InlineData(101, 100, false)]
    [InlineData(0, 100, false)]
    public void The_limit_holds_for_a_frame_and_for_a_message(int first, int limit, bool fits)
    {
        byte[] bytes = first > 0
            ? To(WebSocketRole.Server, 0x82, new byte[first])
            : Join(To(WebSocketRole.Server, 0x02, new byte[60]), To(WebSocketRole.Server, 0x00, new byte[40]), To(WebSocketRole.Server, 0x80, [1])[..6]);
        Conversation conversation = Conversation.With(WebSocketRole.Server, [bytes], limit);
        Assert.Equal(fits, conversation.Connection.Violation is null);
        if (!fits)
            Assert.Equal("WS-10.4-1 1009", Assert.Single(conversation.Log));
        Assert.True(fits || conversation.Sent()[0].StartsWith("Close 1009", StringComparison.Ordinal));
    }

    [Fact]
    [Rule("WS-5.4-3", "WS-5.4-8")]
    public void Many_fragments_are_no_reason_to_refuse()
    {
        var conversation = new Conversation(WebSocketRole.Server);
        conversation.Feed(To(WebSocketRole.Server, 0x02, [0]));
        byte[] fragment = To(WebSocketRole.Server, 0x00, [1]);
        byte[] empty = To(WebSocketRole.Server, 0x00, []);
        for (int i = 0; i < 65_535; i++)
        {
            conversation.Feed(fragment);
            conversation.Feed(empty);
        }

        conversation.Feed(To(WebSocketRole.Server, 0x80, [2]));
        Assert.Equal(["Binary 65537 bytes, sum 65537"], conversation.Log);
    }

    [Fact]
    [Rule("WS-6.1-3", "WS-6.1-4", "WS-6.1-5", "WS-6.1-6", "WS-5.2-1", "WS-5.1-1", "WS-5.1-3", "WS-5.5.1-4", "WS-5.4-5")]
    public void What_one_end_writes_the_other_reads()
    {
        foreach (WebSocketRole role in Enum.GetValues<WebSocketRole>())
        {
            var from = new Conversation(role);
            from.Send("Hello"u8, isText: true);
            foreach (int length in new[] { 0, 1, 125, 126, 127, 65535, 65536, 70000 })
                from.Send(new byte[length]);
            from.Feed(To(role, 0x89, "q"));
            from.Close(CloseCode.NormalClosure, "end");
            bool masked = (from.Output.WrittenSpan[1] & 0x80) != 0;
            Assert.Equal(role == WebSocketRole.Client, masked);

            WebSocketRole other = role == WebSocketRole.Client ? WebSocketRole.Server : WebSocketRole.Client;
            Conversation to = Conversation.With(other, [from.Output.WrittenSpan.ToArray()]);
            Assert.Equal(["Text Hello", "Binary", "Binary 00"], to.Log[..3]);
            Assert.Equal(["Binary 65535 bytes, sum 0", "Binary 65536 bytes, sum 0", "Binary 70000 bytes, sum 0", "Pong q", "Close 1000 end"], to.Log[^5..]);
        }
    }

    [Fact]
    [Rule("WS-5.2-8", "WS-5.2-6")]
    public void Lengths_are_written_in_their_shortest_form()
    {
        foreach ((long length, int size) in new[] { (0L, 2), (125, 2), (126, 4), (65535, 4), (65536, 10), (long.MaxValue, 10) })
        {
            byte[] bytes = new byte[FrameHeader.MaxSize];
            Assert.Equal(size, new FrameHeader(true, Opcode.Binary, length, null).Write(bytes));
            Assert.Equal(size + 4, new FrameHeader(false, Opcode.Binary, length, 0x01020304).Write(bytes));
            Assert.Equal(OperationStatus.Done, FrameHeader.TryRead(bytes, WebSocketRole.Server, out FrameHeader header, out _));
            Assert.Equal((length, size + 4, 0x01020304u, false), (header.PayloadLength, header.Size, header.MaskKey, header.Fin));
        }
    }

    [Fact]
    [Rule("WS-7.4.1-2", "WS-7.4.1-3", "WS-7.4.1-4", "WS-7.4.1-6", "WS-7.4.2-1", "WS-7.4.2-2", "WS-11.7-1", "WS-5.5-1")]
    public void This_end_cannot_break_the_rules()
    {
        var conversation = new Conversation(WebSocketRole.Server);
        WebSocketConnection connection = conversation.Connection;
        foreach (int code in new[] { 0, 999, 1004, 1006, 1015, 1016, 2999, 5000 })
            Assert.Throws<ArgumentOutOfRangeException>(() => connection.Close((CloseCode)code, ""));
        Assert.True(connection.CanSend);
        conversation.Close(CloseCode.NormalClosure, new string('r', 500));
        Assert.Equal(["Close 1000 " + new string('r', 123)], conversation.Sent());
    }

    [Fact]
    [Rule("WS-5.5.1-2", "WS-7.4.1-5")]
    public void A_long_reason_is_cut_between_characters()
    {
        var conversation = new Conversation(WebSocketRole.Server);
        conversation.Close(CloseCode.MissingExtension, new string('x', 122) + "\u00E9\u00E9");
        Assert.Equal(["Close 1010 " + new string('x', 122)], conversation.Sent());
        Assert.Equal(0, CloseBody.Write(new byte[125], CloseCode.NoStatusReceived, "never"));
        Assert.Equal(2 + 123, CloseBody.Write(new byte[125], CloseCode.NormalClosure, new string('y', 500)));
    }

    [Fact]
    [Rule("WS-7.1.7-5", "WS-7.1.7-1", "WS-7.1.7-2")]
    public void Nothing_is_handled_after_a_failure()
    {
        var conversation = Conversation.With(WebSocketRole.Server, [[0xFF], To(WebSocketRole.Server, 0x89, "p"), To(WebSocketRole.Server, 0x88, [3, 0xE8])]);
        Assert.Equal(["WS-5.2-2 1002"], conversation.Log);
        Assert.Single(conversation.Sent());
        Assert.True(conversation.Connection.HasEnded);
        Assert.False(conversation.Connection.CanSend);
        Assert.Equal("reserved bit set without an extension that defines it", conversation.Sent()[0]["Close 1002 ".Length..]);
    }

    [Theory]
    [Rule("WS-7.1.1-2", "WS-7.1.1-3", "WS-7.1.1-4", "WS-7.1.7-2")]
    [InlineData(WebSocketRole.Server, false, true)]
    [InlineData(WebSocketRole.Client, false, false)]
    [InlineData(WebSocketRole.Server, true, true)]
    [InlineData(WebSocketRole.Client, true, true)]
    public void A_server_ends_the_transport_first_and_so_does_an_end_that_fails_the_connection(WebSocketRole role, bool isBroken, bool isFirst)
    {
        Conversation conversation = Conversation.With(role, [isBroken ? [0xFF] : To(role, 0x88, [3, 0xE8])]);
        Assert.Equal(isFirst, conversation.Connection.EndsTransportFirst);
    }

    [Theory]
    [Rule("WS-5.5.1-6", "WS-7.1.7-4")]
    [InlineData(false, "Close 1001")]
    [InlineData(true, "Close 1002 reserved bit set without an extension that defines it")]
    public void The_answer_to_the_peer_comes_before_this_ends_own_close(bool isBroken, string sent)
    {
        var conversation = new Conversation(WebSocketRole.Server);
        conversation.Connection.Close(CloseCode.InternalError, "own");
        conversation.Feed(isBroken ? [0xFF] : To(WebSocketRole.Server, 0x88, [3, 0xE9]));
        Assert.Equal([sent], conversation.Sent());
    }

    [Theory]
    [Rule("WS-7.1.5-3")]
    [InlineData("", "Close 1000")]
    [InlineData("82", "Close 1002")]
    [InlineData("8285" + "00000000" + "61", "Close 1002")]
    [InlineData("0281" + "00000000" + "61", "Close 1000")]
    public void An_end_of_the_transport_within_a_frame_is_answered_as_an_error(string hex, string sent)
    {
        Conversation conversation = Conversation.With(WebSocketRole.Server, [Convert.FromHexString(hex)]);
        conversation.Connection.EndOfTransport();
        conversation.Connection.Close();
        byte[] close = new byte[WebSocketConnection.MaxCloseSize];
        Assert.Equal(CloseCode.AbnormalClosure, conversation.Connection.CloseCode);
        int size = conversation.Connection.WriteClose(close);
        Assert.Equal(sent, $"Close {(close[2] << 8) | close[3]}");
        Assert.Equal(4, size);
    }
}
