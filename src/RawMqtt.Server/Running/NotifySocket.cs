// SPDX-License-Identifier: MIT

using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace RawMqtt.Server.Running;

/// <summary>Tells the service manager of systemd what the process does, by datagrams to the socket of NOTIFY_SOCKET. Without one it does nothing.</summary>
internal sealed class NotifySocket : IDisposable
{
    private readonly Socket? socket;
    private readonly UnixDomainSocketEndPoint? manager;

    /// <param name="variable">Returns a variable of the environment.</param>
    public NotifySocket(Func<string, string?> variable)
    {
        WatchdogInterval = IntervalOf(variable("WATCHDOG_USEC"), variable("WATCHDOG_PID"));
        if (variable("NOTIFY_SOCKET") is not { Length: > 1 } path || path[0] is not ('/' or '@') || !Socket.OSSupportsUnixDomainSockets) return;
        manager = new UnixDomainSocketEndPoint(path[0] == '@' ? $"\0{path[1..]}" : path); // @ stands for the zero of an abstract name
        socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    }

    /// <summary>Gets how often <see cref="Alive"/> must be called: twice as often as the manager demands; null for never.</summary>
    public TimeSpan? WatchdogInterval { get; }

    /// <summary>The broker accepts connections, for the first time or after a reload.</summary>
    public void Ready(string status) => Send($"READY=1\nSTATUS={status.ReplaceLineEndings(" ")}");

    /// <summary>A reload begins; <see cref="Ready"/> ends it.</summary>
    public void Reloading() =>
        Send(string.Create(CultureInfo.InvariantCulture, $"RELOADING=1\nMONOTONIC_USEC={(long)(Stopwatch.GetTimestamp() * (1e6 / Stopwatch.Frequency))}"));

    /// <summary>The broker stops.</summary>
    public void Stopping() => Send("STOPPING=1");

    /// <summary>The broker works.</summary>
    public void Alive() => Send("WATCHDOG=1");

    public void Dispose() => socket?.Dispose();

    private void Send(string message)
    {
        if (socket is null) return;
        try
        {
            socket.SendTo(Encoding.UTF8.GetBytes(message), manager!);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // no manager listens: the broker serves all the same
        }
    }

    private static TimeSpan? IntervalOf(string? microseconds, string? process)
    {
        bool isOther = process is not null && process != Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        bool isNumber = long.TryParse(microseconds, NumberStyles.None, CultureInfo.InvariantCulture, out long value) && value is > 1 and < 1L << 50;
        return isNumber && !isOther ? TimeSpan.FromMicroseconds(value / 2) : null;
    }
}
