// SPDX-License-Identifier: MIT

using System.Text.Json;
using RawMqtt.Codec;
using RawMqtt.Explain;
using RawMqtt.Tests.Codec.Vectors;

namespace RawMqtt.Tests.Explain;

/// <summary>decode and encode: they say what the codec says, of every named packet and of any bytes.</summary>
public class DecodingTests
{
    public static TheoryData<string> Valid => [.. PacketVectors.Valid.Select(vector => vector.Name)];

    public static TheoryData<string> Broken => [.. PacketVectors.Broken.Select(vector => vector.Name)];

    [Theory]
    [MemberData(nameof(Valid))]
    public void Valid_packet_is_explained_and_written_back(string name)
    {
        PacketVector vector = PacketVectors.Named(name);
        Decoding decoding = Decoding.Of(vector.Bytes, isWebSocket: false, vector.Sender);

        Assert.True(decoding.IsOk, decoding.ToText());
        Assert.Equal(vector.Bytes, Assert.Single(decoding.Units).Fields.SelectMany(field => field.Bytes)); // every byte belongs to a field
        if (vector.HasShortestLength) Assert.Equal(vector.Bytes, PacketFromJson.Encode(decoding.ToJson()));
    }

    [Theory]
    [MemberData(nameof(Broken))]
    public void Broken_packet_names_its_rule_and_place(string name)
    {
        PacketVector vector = PacketVectors.Named(name);
        Decoding decoding = Decoding.Of(vector.Bytes, isWebSocket: false, vector.Sender);
        using JsonDocument json = JsonDocument.Parse(decoding.ToJson());

        Assert.False(json.RootElement.GetProperty("ok").GetBoolean());
        Assert.Equal(vector.Rule, json.RootElement.GetProperty("rule").GetString());
        Assert.InRange(json.RootElement.GetProperty("offset").GetInt64(), 0, vector.Bytes.Length);
        Assert.Contains($"[{vector.Rule}]", decoding.ToText(), StringComparison.Ordinal);
        Assert.Contains(decoding.Units[^1].Fields, part => part.Broken is not null);
    }

    [Theory]
    [InlineData("36000000", "MQTT-3.3.1-4", 0)]
    [InlineData("0000", "2.2.1", 0)]
    [InlineData("30ffffffff01", "2.2.3", 1)]
    [InlineData("c0000000", "2.2.1", 2)] // a good PINGREQ, and a packet of type 0
    [InlineData("100c00044d5154540403003c0000", "MQTT-3.1.2-3", 9)]
    [InlineData("100c00044d5154540400003c0000", "MQTT-3.1.3-7", 12)]
    [InlineData("100c00044d5154540502003c0000", "MQTT-3.1.2-2", 8)]
    [InlineData("100e00064d51497364700302003c0000", "MQTT-3.1.2-1", 2)]
    [InlineData("30050003612f23", "MQTT-3.3.2-2", 2)]
    [InlineData("3206000161000100", null, 0)]
    [InlineData("32050001610000", "MQTT-2.3.1-1", 5)]
    [InlineData("8206000100016103", "MQTT-3.8.3-4", 7)]
    [InlineData("82020001", "MQTT-3.8.3-3", 4)]
    [InlineData("300400056162", "1.5.3", 2)]
    public void Offset_is_that_of_the_field(string hex, string? rule, long offset)
    {
        Decoding decoding = Decoding.Of(Convert.FromHexString(hex), isWebSocket: false);

        Assert.Equal(rule, decoding.Broken?.Broken!.Rule);
        if (rule is not null) Assert.Equal(offset, decoding.Broken!.BrokenAt);
    }

    [Theory]
    [InlineData("c000", false, "PINGREQ")]
    [InlineData("8206000100016100", false, "SUBSCRIBE")]
    [InlineData("8202d000", true, "PINGRESP")]
    [InlineData("828200000000c000", true, "PINGREQ")]
    [InlineData("8800", true, "frame: close, 0 bytes")]
    [InlineData("890568656c6c6f", true, "ping with 5 bytes")]
    public void Layer_is_told_by_the_bytes(string hex, bool hasFrames, string title)
    {
        Decoding decoding = Decoding.Of(Convert.FromHexString(hex));

        Assert.True(decoding.IsOk, decoding.ToText());
        Assert.Equal(hasFrames, decoding.Units.Any(unit => unit.Kind == WireUnitKind.Frame));
        Assert.StartsWith(title, decoding.Units[^1].Title, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("8806000100016100")]
    [InlineData("8906000100016100")]
    [InlineData("8a06000100016102")]
    [InlineData("880803e8000361620a01")]
    public void Subscribe_with_the_flags_of_a_control_frame_is_a_broken_packet(string hex)
    {
        Decoding decoding = Decoding.Of(Convert.FromHexString(hex));

        Assert.Equal("MQTT-3.8.1-1", decoding.Broken?.Broken!.Rule);
    }

    [Theory]
    [InlineData("8180000000", null, "")]
    [InlineData("818100000000 61", "WS-7.4.1-1", "text")]
    [InlineData("c28100000000 61", "WS-5.2-2", "reserved bit")]
    [InlineData("838100000000 61", "WS-5.2-3", "reserved opcode")]
    [InlineData("82fe00000000000061", "WS-5.2-8", "length")]
    [InlineData("808100000000 61", "WS-5.4-6", "continuation")]
    [InlineData("888100000000 61", "WS-5.5.1-1", "one byte")]
    [InlineData("828400000000 36020000", "MQTT-3.3.1-4", "QoS")]
    public void Broken_frames_name_their_rule(string hex, string? rule, string message)
    {
        Assert.True(PastedBytes.TryReadHex(hex, out byte[] bytes));
        Decoding decoding = Decoding.Of(bytes, isWebSocket: true, MqttRole.Client);

        Assert.Equal(rule, decoding.Broken?.Broken!.Rule);
        if (rule is not null) Assert.Contains(message, decoding.Broken!.Broken!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_of_a_packet()
    {
        Decoding decoding = Decoding.Of(Convert.FromHexString("101a00044d51545404c2003c00016100036a6f650006736563726574"));

        Assert.Equal("""
    CONNECT client "a", clean session 1, keep alive 60 s, user "joe" with a password   (MQTT 3.1)
    0000  10                        Packet type: 1 CONNECT, flags 0000   2.2.1
    0001  1a                        Remaining Length: 26   2.2.3
    0002  00 04 4d 51 54 54         Protocol Name: "MQTT"   3.1.2.1
    0008  04                        Protocol Level: 4, MQTT 3.1.1   3.1.2.2
    0009  c2                        Connect Flags: 1100 0010: User Name 1, Password 1, Will Retain 0, Will QoS 0, Will 0, Clean Session 1, reserved 0   3.1.2.3
    000a  00 3c                     Keep Alive: 60 s   3.1.2.10
    000c  00 01 61                  Client Identifier: "a"   3.1.3.1
    000f  00 03 6a 6f 65            User Name: "joe"   3.1.3.4
    0014  **                        Password: ***   3.1.3.5

    """.ReplaceLineEndings(), decoding.ToText(showsSecrets: false));
        Assert.Contains("Password: 6 bytes \"secret\"", decoding.ToText(), StringComparison.Ordinal);
    }

    [Fact]
    public void Text_of_broken_bytes_stops_at_the_fault()
    {
        Decoding decoding = Decoding.Of(Convert.FromHexString("828a00000000" + "8206000100016103" + "c000"), isWebSocket: true);

        Assert.Equal("""
            frame: binary, masked, 10 bytes   (RFC 6455 5.2)
            0000  82                        FIN, RSV, opcode: 1000 0010: FIN 1, RSV 000, opcode 2 binary   5.2
            0001  8a                        MASK, length: 1000 1010: MASK 1, length 10   5.2
            0002  00 00 00 00               Masking key: XORed over the payload, which is shown without it   5.3
            SUBSCRIBE   (MQTT 3.8)
            0000  82                        Packet type: 8 SUBSCRIBE, flags 0010   2.2.1
            0001  06                        Remaining Length: 6   2.2.3
            0002  00 01                     Packet Identifier: 1   3.8.2
            0004  00 01 61                  Topic Filter: "a"   3.8.3
            0007  03                        Requested QoS: 3   3.8.3.1
            !! offset 7: [MQTT-3.8.3-4] the Requested QoS byte is not 0, 1 or 2

            """.ReplaceLineEndings(), decoding.ToText());
    }

    [Theory]
    [InlineData("330a0003612f6200", null, "Topic Name: \"a/b\"")]
    [InlineData("828600000000330a00036162", true, "PUBLISH, 6 of 12 bytes")]
    [InlineData("101a00044d51545404c2003c00016100036a6f6500067365", null, "Password: reaches beyond")]
    [InlineData("474554202f6d71747420485454502f312e310d0a486f73743a2068", null, "Host: h")]
    public void Text_of_cut_bytes_shows_what_there_is(string hex, bool? isWebSocket, string shown)
    {
        Decoding decoding = Decoding.Of(Convert.FromHexString(hex), isWebSocket);

        Assert.False(decoding.IsOk);
        Assert.Null(decoding.Broken);
        Assert.Contains(shown, decoding.ToText(), StringComparison.Ordinal);
        Assert.Contains("The bytes end in the middle", decoding.ToText(), StringComparison.Ordinal);
    }

    [Fact]
    public void Password_that_is_cut_is_a_secret_too()
    {
        Decoding decoding = Decoding.Of(Convert.FromHexString("101a00044d51545404c2003c00016100036a6f650009736563726574"));

        Assert.Equal("1.5.3", decoding.Broken?.Broken!.Rule);
        Assert.DoesNotContain("73 65 63", decoding.ToText(showsSecrets: false), StringComparison.Ordinal);
    }

    /// <summary>The work grows with the bytes, not with their square: this takes minutes otherwise.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Very_many_packets_are_explained(bool isWebSocket)
    {
        byte[] each = isWebSocket ? [0x82, 0x82, 0, 0, 0, 0, 0xc0, 0] : [0xc0, 0];
        byte[] bytes = [.. Enumerable.Repeat(each, 200_000).SelectMany(packet => packet)];

        Assert.Equal(200_000, Decoding.Of(bytes, isWebSocket).Units.Count(unit => unit.Kind == WireUnitKind.Packet));
    }

    [Fact]
    public void Handshake_is_explained_line_by_line()
    {
        byte[] request = [.. "GET /mqtt?token=t0ken HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: "u8
            + "dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nAuthorization: Bearer t\r\nX-Api-Key: k3y\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n"u8,
            0x82, 0x82, 0, 0, 0, 0, 0xc0, 0];
        Decoding decoding = Decoding.Of(request);

        Assert.True(decoding.IsOk);
        Assert.Equal(["GET /mqtt?token=t0ken HTTP/1.1", "frame: binary, masked, 2 bytes", "PINGREQ"], decoding.Units.Select(unit => unit.Title));
        Assert.Contains("the subprotocols offered: mqtt [MQTT-6.0.0-3]", decoding.ToText(), StringComparison.Ordinal);
        Assert.Contains("t0ken", decoding.ToText(), StringComparison.Ordinal);
        Assert.Contains("GET /mqtt?*** HTTP/1.1", decoding.ToText(showsSecrets: false), StringComparison.Ordinal);
        Assert.DoesNotContain("Bearer", decoding.ToText(showsSecrets: false), StringComparison.Ordinal);
        Assert.DoesNotContain("k3y", decoding.ToText(showsSecrets: false), StringComparison.Ordinal);
        Assert.DoesNotContain("t0ken", decoding.ToText(showsSecrets: false), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET /mqtt HTTP/1.1\r\nHost: h\r\n\r\n", "WS-4.2.1-4", 29)]
    [InlineData("GET /mqtt HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: close\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        + "Sec-WebSocket-Version: 13\r\n\r\n", "WS-4.2.1-5", 49)]
    [InlineData("GET /mqtt HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: short\r\nSec-WebSocket-Version: 13\r\n\r\n",
        "WS-4.2.1-6", 70)]
    [InlineData("HTTP/1.1 404 Not Found\r\n\r\n", "WS-4.1-29", 0)]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n", "WS-4.1-31", 54)]
    public void Broken_handshakes_name_their_rule(string head, string rule, long offset)
    {
        Decoding decoding = Decoding.Of(System.Text.Encoding.ASCII.GetBytes(head));

        Assert.Equal((rule, offset), (decoding.Broken?.Broken!.Rule, decoding.Broken!.BrokenAt));
    }

    [Theory]
    [InlineData("10 0c 00 04")]
    [InlineData("100c0004")]
    [InlineData("0x10, 0x0c, 0x00, 0x04")]
    [InlineData("10:0C:00:04")]
    [InlineData("0000  10 0c 00 04   ....")]
    [InlineData("00000000: 100c 0004                                ....")]
    [InlineData("00000000  10 0c 00 04  |....|")]
    [InlineData("0000  10 0c\n0002  00 04")]
    [InlineData("EAwABA==")]
    public void Bytes_are_read_as_people_write_them(string text)
    {
        Assert.True(PastedBytes.TryRead(text, out byte[] bytes));
        Assert.Equal([0x10, 0x0c, 0, 4], bytes);
    }

    [Theory]
    [InlineData("xyz!")]
    [InlineData("100")]
    public void Other_text_is_not_bytes(string text) => Assert.False(PastedBytes.TryRead(text, out _));

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[1]")]
    [InlineData("{}")]
    [InlineData("{\"type\":\"AUTH\"}")]
    [InlineData("{\"type\":\"PUBLISH\"}")]
    [InlineData("{\"type\":\"PUBLISH\",\"topic\":\"a/#\"}")]
    [InlineData("{\"type\":\"PUBLISH\",\"topic\":\"a\",\"qos\":3,\"packetId\":1}")]
    [InlineData("{\"type\":\"PUBLISH\",\"topic\":\"a\",\"qos\":1}")]
    [InlineData("{\"type\":\"PUBLISH\",\"topic\":\"a\",\"payload\":\"x\"}")]
    [InlineData("{\"type\":\"PUBLISH\",\"topic\":\"\\ud800\"}")]
    [InlineData("{\"type\":\"SUBSCRIBE\",\"packetId\":1}")]
    [InlineData("{\"type\":\"SUBSCRIBE\",\"packetId\":1,\"subscriptions\":[\"a\"]}")]
    [InlineData("{\"type\":\"CONNECT\",\"protocolLevel\":5}")]
    [InlineData("[]")]
    [InlineData("{\"ok\":false,\"packets\":[{\"type\":\"PINGREQ\"}]}")]
    [InlineData("{\"type\":\"PINGREQ\",\"qos\":0}")]
    [InlineData("{\"type\":\"PINGREQ\",\"type\":\"PINGREQ\"}")]
    [InlineData("{\"type\":\"CONNECT\",\"clientId\":\"a\",\"will\":5}")]
    [InlineData("{\"type\":\"PUBLISH\",\"topic\":\"a\",\"packetId\":1}")]
    [InlineData("{\"type\":\"CONNECT\",\"clientId\":\"a\",\"password\":\"00\"}")]
    public void Description_that_makes_no_packet_is_refused(string description) => Assert.Throws<FormatException>(() => PacketFromJson.Encode(description));

    [FsCheck.Xunit.Property(MaxTest = 2000)]
    public void Any_bytes_are_explained(byte[] bytes, bool isWebSocket) => ExplainerInvariants.Check(bytes, isWebSocket);

    [FsCheck.Xunit.Property(MaxTest = 1000)]
    public void Any_change_of_a_valid_packet_is_explained(int which, int where, byte what, bool isWebSocket)
    {
        PacketVector[] vectors = [.. PacketVectors.All];
        byte[] bytes = [.. vectors[(which & int.MaxValue) % vectors.Length].Bytes];
        if (bytes.Length > 0) bytes[(where & int.MaxValue) % bytes.Length] = what;
        ExplainerInvariants.Check(bytes, isWebSocket);
    }
}
