// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Tests.Codec.Vectors;
using RawMqtt.Transports;

namespace RawMqtt.Tests.Serving;

/// <summary>How the broker reads its password file.</summary>
public sealed class PasswordFileContentTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData("a link")]
    [InlineData("an older file")]
    public async Task A_changed_password_counts_whatever_the_time_of_the_file_says(string how)
    {
        string one = Path.Combine(folder.FullName, "one");
        string two = Path.Combine(folder.FullName, "two");
        await File.WriteAllTextAsync(one, MqttPasswordFile.CreateEntry("u", "p"u8), Token);
        await File.WriteAllTextAsync(two, MqttPasswordFile.CreateEntry("u", "new"u8), Token);
        string file = how == "a link" ? File.CreateSymbolicLink(Path.Combine(folder.FullName, "users"), one).FullName : one;
        await using MqttBroker broker = await StartAsync(file);
        Assert.Equal(0, await LoginAsync(broker));

        DateTime written = File.GetLastWriteTimeUtc(one);
        if (how == "a link") File.Delete(file);
        if (how == "a link") File.CreateSymbolicLink(file, two);
        else File.Copy(two, one, overwrite: true);
        File.SetLastWriteTimeUtc(how == "a link" ? two : one, written.AddYears(-1));
        Assert.Equal(4, await LoginAsync(broker));
    }

    [Fact]
    public async Task A_byte_order_mark_is_no_part_of_the_first_name_and_lines_are_UTF_8()
    {
        string file = Path.Combine(folder.FullName, "users");
        byte[] entry = Encoding.UTF8.GetBytes(MqttPasswordFile.CreateEntry("u", "p"u8) + "\r\n");
        await File.WriteAllBytesAsync(file, [0xEF, 0xBB, 0xBF, .. entry], Token);
        await using MqttBroker broker = await StartAsync(file);
        Assert.Equal(0, await LoginAsync(broker));

        await File.WriteAllBytesAsync(file, [.. entry, 0xE5, .. entry], Token);
        MqttException refused = await Assert.ThrowsAsync<MqttException>(() => StartAsync(file));
        Assert.Contains("Line 2 is not UTF-8.", refused.Message);
    }

    [Theory]
    [InlineData("#bob")]
    [InlineData("a:b")]
    [InlineData("a\nb")]
    [InlineData("\uFEFFbob")]
    [InlineData("")]
    public void A_name_that_the_file_cannot_hold_is_refused(string name) => Assert.Throws<ArgumentException>(() => MqttPasswordFile.CreateEntry(name, "p"u8));

    private static Task<MqttBroker> StartAsync(string file) =>
        MqttBroker.StartAsync(new MqttBrokerOptions { Listeners = [], PasswordFile = file, SystemTopicsInterval = TimeSpan.Zero }, Token);

    /// <summary>Logs in as u with the password p, and returns the return code.</summary>
    private static async Task<byte> LoginAsync(MqttBroker broker)
    {
        (Stream client, Stream server) = MemoryPipe.Create();
        _ = broker.ServeAsync(server);
        await client.WriteAsync(ByteText.Parse("10 13 | 00 04 'MQTT' 04 c2 00 00 | 00 01 'c' 00 01 'u' 00 01 'p'"), Token);
        byte[] answer = new byte[4];
        await client.ReadExactlyAsync(answer, Token);
        await client.DisposeAsync();
        return answer[3];
    }
}
