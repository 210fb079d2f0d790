// SPDX-License-Identifier: MIT

using RawMqtt.Cli;
using RawMqtt.Dialling;

namespace RawMqtt.Tests.Cli;

/// <summary>The doctor examines the address that the client connects to.</summary>
public class DoctorTargetTests
{
    [Theory]
    [InlineData("ws://u:p%E5@h/mqtt")]
    [InlineData("ws://u%C3%A5:%00%ff+%25@h:8083/mqtt")]
    [InlineData("ws://a@b:c@d:e@h/mqtt")]
    [InlineData("ws://:@h")]
    [InlineData("ws://u@h:")]
    [InlineData("ws://u:[p]@h/a/../b/./c")]
    [InlineData("ws://h/%7Eb/%2e%2E/a//b?x=%41&y=/?&z")]
    [InlineData("ws://h?token=a/b@c:1")]
    [InlineData("ws://h/mqtt?")]
    [InlineData("wss://127.1:1/")]
    [InlineData("WSS://H_a.Example:65535/Mqtt")]
    [InlineData("mqtts://u:p@[FD00:0::1]:1")]
    [InlineData("tls://[fe80::1%251]")]
    [InlineData("tcp://a..b")]
    [InlineData("ws://2130706433/")]
    public async Task An_address_is_read_as_the_library_reads_it(string url)
    {
        MqttAddress address = MqttAddress.Parse(url);

        DoctorTarget target = await DoctorTarget.ReadAsync(url);

        Assert.Equal((MqttAddress.NameOf(address.Scheme), address.Port), (target.Scheme, target.Port));
        Assert.Equal(address.Host, target.Host.Contains(':') ? address.Host : target.Host, ignoreCase: true);
        Assert.Equal((address.PathAndQuery, address.UserName), (target.Path + target.Query, target.UserName));
        Assert.Equal(address.Password, target.Password);
        MqttAddress dialled = MqttAddress.Parse(target.Dialled(hasQuery: true));
        Assert.Equal((address.Port, address.PathAndQuery), (dialled.Port, dialled.PathAndQuery));
        Assert.DoesNotContain('?', target.Path);
    }

    [Theory]
    [InlineData("doctor wss://u:p%E5@h/mqtt", "u", "70E5")]
    [InlineData("doctor wss://u:p%E5@h/mqtt -u v", "v", "70E5")]
    [InlineData("doctor wss://u:p%E5@h/mqtt -P p", "u", "70")]
    public async Task A_password_of_an_address_is_bytes_and_options_come_before_it(string arguments, string userName, string password)
    {
        DoctorTarget target = await DoctorTarget.ReadAsync(arguments.Split(' ')[1]);

        MqttClientOptions options = DoctorCommand.ReadOptions(Tool.Create().Parse(arguments.Split(' ')), target);

        Assert.Equal((userName, password), (options.UserName, Convert.ToHexString(options.Password!.Value.Span)));
    }
}
