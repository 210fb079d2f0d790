// SPDX-License-Identifier: MIT

using RawMqtt.Sessions;

namespace RawMqtt.Tests.Sessions;

public class ApplicationMessageTests
{
    [Fact]
    public void The_bytes_live_until_the_last_holder_gives_them_back()
    {
        var pool = new ApplicationMessagePool();
        byte[] topic = [.. "a/b"u8];
        ApplicationMessage message = pool.Keep(topic, "payload"u8, QualityOfService.AtLeastOnce);
        topic[0] = (byte)'x'; // it was copied
        Assert.Same(message, message.AddReference());
        message.Release();
        Assert.Equal("a/b"u8, message.Topic);
        Assert.Equal("payload"u8, message.Payload);
        Assert.Equal(10, message.Length);
        Assert.Equal(QualityOfService.AtLeastOnce, message.Qos);
        Assert.Equal(1, pool.InUse);
        message.Release();
        Assert.Equal(0, pool.InUse);
    }

    [Fact]
    public void A_message_given_back_is_used_again()
    {
        var pool = new ApplicationMessagePool();
        ApplicationMessage first = pool.Keep("a"u8, default, QualityOfService.AtMostOnce);
        first.Release();
        ApplicationMessage second = pool.Keep("b"u8, "2"u8, QualityOfService.ExactlyOnce);
        Assert.Same(first, second);
        Assert.Equal("b"u8, second.Topic);
        Assert.Equal("2"u8, second.Payload);
    }
}
