// SPDX-License-Identifier: MIT

using System.Collections.Concurrent;
using System.Net.Security;
using System.Net.Sockets;
using RawMqtt.Serving;
using static RawMqtt.Tests.Serving.MemoryExchange;

namespace RawMqtt.Tests.Serving;

/// <summary>Files that are read again because the program asks for it, and hashes that nobody needs.</summary>
public sealed class ReloadTests : IDisposable
{
    private readonly BrokerSockets sockets = new();
    private readonly string users = Path.GetTempFileName();
    private readonly ConcurrentQueue<string> lines = new();
    private readonly SettableTime time = new(); // it stands still, so that only ReloadFiles can notice a change

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        sockets.Dispose();
        File.Delete(users);
    }

    [Fact]
    public async Task Changed_files_are_read_at_once_and_one_line_says_so()
    {
        await WriteUsersAsync("alice");
        MqttBroker broker = await sockets.StartAsync("mqtts", o => o with { PasswordFile = users, TimeProvider = time, Log = Keep });
        string first = await ShownAsync(broker);

        sockets.WriteCertificate(["127.0.0.1"]);
        await WriteUsersAsync("bob", "carol");
        Assert.Equal(first, await ShownAsync(broker));
        broker.ReloadFiles();
        Assert.NotEqual(first, await ShownAsync(broker));
        Assert.Equal(0, (await ExchangeAsync(broker, Connect("c", "bob", "secret") + " | e0 00", Token))[3]);
        await broker.DisposeAsync();

        string line = Assert.Single(lines, line => line.Contains("event=reloaded ", StringComparison.Ordinal));
        Assert.Equal($"Information event=reloaded password-file=\"{users}\" entries=2 certificate-file=\"{sockets.CertificateFile}\"", line);
        string[] certificates = [.. lines.Where(line => line.Contains("event=certificate ", StringComparison.Ordinal))];
        Assert.Equal(2, certificates.Length);
        Assert.All(certificates, one => Assert.Contains(" pin=sha256//", one));
    }

    [Fact]
    public async Task Files_that_cannot_be_used_are_said_once_and_those_before_stay()
    {
        await WriteUsersAsync("alice");
        MqttBroker broker = await sockets.StartAsync("mqtts", o => o with { PasswordFile = users, TimeProvider = time, Log = Keep });
        string first = await ShownAsync(broker);

        sockets.Write("half written");
        await File.WriteAllTextAsync(users, "bob", Token);
        for (int i = 0; i < 3; i++) broker.ReloadFiles();
        Assert.Equal(first, await ShownAsync(broker));
        Assert.Equal(0, (await ExchangeAsync(broker, Connect("c", "alice", "secret") + " | e0 00", Token))[3]);
        await broker.DisposeAsync();

        Assert.StartsWith("Error ", Assert.Single(lines, line => line.Contains("event=certificate-unusable ", StringComparison.Ordinal)));
        Assert.StartsWith("Error ", Assert.Single(lines, line => line.Contains("event=password-file-unusable ", StringComparison.Ordinal)));
        Assert.Equal(3, lines.Count(line => line.Contains("event=reloaded ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_file_that_breaks_again_as_it_broke_before_is_said_again()
    {
        await WriteUsersAsync("alice");
        string usable = await File.ReadAllTextAsync(users, Token);
        MqttBroker broker = await sockets.StartAsync("mqtts", o => o with { PasswordFile = users, TimeProvider = time, Log = Keep });
        byte[] certificate = await File.ReadAllBytesAsync(sockets.CertificateFile, Token);

        for (int i = 0; i < 2; i++)
        {
            sockets.Write("half written");
            await File.WriteAllTextAsync(users, "bob", Token);
            broker.ReloadFiles();
            await File.WriteAllBytesAsync(sockets.CertificateFile, certificate, Token);
            await File.WriteAllTextAsync(users, usable, Token);
            broker.ReloadFiles();
        }

        await broker.DisposeAsync();
        Assert.Equal(2, lines.Count(line => line.Contains("event=certificate-unusable ", StringComparison.Ordinal)));
        Assert.Equal(2, lines.Count(line => line.Contains("event=password-file-unusable ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_broker_without_files_has_nothing_to_reload()
    {
        MqttBroker broker = await StartAsync(o => o with { Log = Keep }, Token);
        broker.ReloadFiles();
        await broker.DisposeAsync();
        Assert.Equal(["Information event=reloaded password-file=\"\" entries=0 certificate-file=\"\""], lines);
    }

    /// <summary>Only <see cref="PasswordEntries"/> hashes passwords, and without a file there is none.</summary>
    [Fact]
    public async Task No_password_is_hashed_without_a_password_file_and_none_for_a_dummy_before_an_unknown_name_comes()
    {
        var reports = new BrokerReports(null, null);
        foreach (bool? allowAnonymous in new bool?[] { null, true, false })
            Assert.Null(new Authentication(new MqttBrokerOptions { AllowAnonymous = allowAnonymous }, reports).Passwords);

        await WriteUsersAsync("alice");
        PasswordEntries entries = new Authentication(new MqttBrokerOptions { PasswordFile = users }, reports).Passwords!;
        Assert.True(entries.Matches("alice", "secret"u8));
        Assert.False(entries.HasDummy);
        Assert.False(entries.Matches("nobody", "password"u8));
        Assert.True(entries.HasDummy);
    }

    private void Keep(MqttLogLevel level, string line) => lines.Enqueue($"{level} {line}");

    private Task WriteUsersAsync(params string[] names) =>
        File.WriteAllLinesAsync(users, names.Select(name => MqttPasswordFile.CreateEntry(name, "secret"u8)), Token);

    private static async Task<string> ShownAsync(MqttBroker broker)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", new Uri(broker.Addresses[0]).Port, Token);
        await using var tls = new SslStream(socket.GetStream(), leaveInnerStreamOpen: false, (_, certificate, _, _) => certificate is not null);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost" }, Token);
        return tls.RemoteCertificate!.GetCertHashString();
    }
}
