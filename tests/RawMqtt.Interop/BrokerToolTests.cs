using RawMqtt.Interop.Parts;

namespace RawMqtt.Interop;

/// <summary>What of the broker is reached by the tool alone.</summary>
public class BrokerToolTests
{
    [Fact]
    public async Task Limits_are_printed_as_a_table()
    {
        Finished table = await RealProcess.RunAsync("dotnet", RealPart.Tool, "broker", "--limits");

        Assert.Equal(0, table.ExitCode);
        Assert.StartsWith("limit ", table.Output, StringComparison.Ordinal);
        Assert.Contains("\nPacketLength           1 MiB ", table.Output, StringComparison.Ordinal);
        Assert.Contains("\nQueuedMessages         1000 ", table.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_entry_of_passwd_lets_its_user_in()
    {
        string file = Path.GetTempFileName();
        try
        {
            Finished entry = await RealProcess.RunAsync("sh", "-c", "echo s3cret | dotnet \"$0\" passwd alice", RealPart.Tool);
            Assert.StartsWith("alice:$pbkdf2-sha256$", entry.Output, StringComparison.Ordinal);
            await File.WriteAllTextAsync(file, entry.Output);
            await using MqttBroker broker = await MqttBroker.StartAsync(new MqttBrokerOptions { Listeners = ["mqtt://127.0.0.1:0"], PasswordFile = file });
            var options = new MqttClientOptions { Address = broker.Addresses[0], UserName = "alice", ReconnectDelay = TimeSpan.Zero };

            await using MqttClient alice = await MqttClient.ConnectAsync(options with { Password = "s3cret"u8.ToArray() });
            MqttException wrong = await Assert.ThrowsAsync<MqttException>(() => MqttClient.ConnectAsync(options with { Password = "secret"u8.ToArray() }));
            Assert.Equal(RawMqtt.Codec.ConnectReturnCode.BadUserNameOrPassword, wrong.ReturnCode);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
