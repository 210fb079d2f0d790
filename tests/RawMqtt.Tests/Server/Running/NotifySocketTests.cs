// SPDX-License-Identifier: MIT

using System.Net.Sockets;
using System.Text;
using RawMqtt.Server.Running;

namespace RawMqtt.Tests.Server.Running;

/// <summary>What the service manager of systemd is told.</summary>
public sealed class NotifySocketTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("rawmqtt-");

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Readiness_reload_watchdog_and_stop_are_datagrams(bool isAbstract)
    {
        if (!OperatingSystem.IsLinux()) Assert.Skip("Only Linux has datagrams on sockets of the file system.");
        string path = isAbstract ? $"@{folder.FullName}" : Path.Combine(folder.FullName, "notify");
        using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        manager.Bind(new UnixDomainSocketEndPoint(isAbstract ? $"\0{path[1..]}" : path));
        using var socket = new NotifySocket(name => name == "NOTIFY_SOCKET" ? path : null);
        socket.Ready("two\nlines");
        socket.Reloading();
        socket.Alive();
        socket.Stopping();

        Assert.Equal("READY=1\nSTATUS=two lines", await ReceiveAsync(manager));
        Assert.Matches(@"^RELOADING=1\nMONOTONIC_USEC=\d+$", await ReceiveAsync(manager));
        Assert.Equal("WATCHDOG=1", await ReceiveAsync(manager));
        Assert.Equal("STOPPING=1", await ReceiveAsync(manager));
    }

    [Theory]
    [InlineData("30000000", null, 15)]
    [InlineData("30000000", "1", null)]
    [InlineData(null, null, null)]
    [InlineData("x", null, null)]
    [InlineData("-5", null, null)]
    public void The_watchdog_is_called_twice_as_often_as_the_manager_demands(string? microseconds, string? process, int? seconds)
    {
        using var socket = new NotifySocket(name => name switch { "WATCHDOG_USEC" => microseconds, "WATCHDOG_PID" => process, _ => null });
        Assert.Equal(seconds is null ? null : TimeSpan.FromSeconds(seconds.Value), socket.WatchdogInterval);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("vsock:2:1234")]
    [InlineData("/nobody/listens/here")]
    public void Without_a_manager_nothing_happens(string? path)
    {
        using var socket = new NotifySocket(name => name == "NOTIFY_SOCKET" ? path : null);
        socket.Ready("here");
        socket.Dispose();
        socket.Stopping();
        Assert.Null(socket.WatchdogInterval);
    }

    private static async Task<string> ReceiveAsync(Socket socket)
    {
        byte[] bytes = new byte[1024];
        int count = await socket.ReceiveAsync(bytes.AsMemory(), SocketFlags.None, TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(bytes, 0, count);
    }
}
