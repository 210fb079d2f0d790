// SPDX-License-Identifier: MIT

using RawMqtt.Codec;

namespace RawMqtt.Tests.Codec;

public class ConnAckPacketTests
{
    [Theory]
    [InlineData(false, ConnectReturnCode.Accepted, "20020000")]
    [InlineData(true, ConnectReturnCode.Accepted, "20020100")]
    [InlineData(false, ConnectReturnCode.NotAuthorized, "20020005")]
    [Rule("MQTT-2.2.2-1")]
    public void Writes_its_fields(bool sessionPresent, ConnectReturnCode code, string expected)
    {
        byte[] bytes = new byte[4];
        Assert.Equal(4, new ConnAckPacket { SessionPresent = sessionPresent, ReturnCode = code }.Write(bytes));
        Assert.Equal(expected, Convert.ToHexString(bytes));

        Assert.True(ConnAckPacket.TryRead(bytes.AsSpan(2), out ConnAckPacket packet, out _));
        Assert.Equal((sessionPresent, code), (packet.SessionPresent, packet.ReturnCode));
    }

    [Fact]
    [Rule("MQTT-3.2.2-4")]
    public void A_refusal_with_session_present_is_not_written() =>
        Refusal.Of(ProtocolViolation.SessionPresentWhenRefused,
            () => new ConnAckPacket { SessionPresent = true, ReturnCode = ConnectReturnCode.ServerUnavailable }.Write(new byte[4]));

    [Fact]
    public void A_reserved_return_code_is_not_written() =>
        Refusal.Of(ProtocolViolation.ReservedConnectReturnCode, () => new ConnAckPacket { ReturnCode = (ConnectReturnCode)6 }.Write(new byte[4]));
}
