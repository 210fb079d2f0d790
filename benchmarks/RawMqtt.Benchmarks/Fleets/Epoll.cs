// SPDX-License-Identifier: MIT

using System.Runtime.InteropServices;

namespace RawMqtt.Benchmarks.Fleets;

/// <summary>Waits for thousands of sockets in one call of Linux, so that the loader is not the bottleneck.</summary>
internal sealed class Epoll
{
    private readonly int handle = epoll_create1(0);
    private readonly Event[] events = new Event[512];

    public void Add(nint socket, int index)
    {
        var wanted = new Event { Events = 1, Index = index }; // EPOLLIN
        if (epoll_ctl(handle, 1, (int)socket, ref wanted) != 0) throw new IOException($"epoll_ctl: error {Marshal.GetLastPInvokeError()}.");
    }

    /// <summary>Calls <paramref name="readable"/> with the index of each socket that has something to read.</summary>
    public void Wait(int milliseconds, Action<int> readable)
    {
        int count = epoll_wait(handle, events, events.Length, milliseconds);
        for (int i = 0; i < count; i++) readable(events[i].Index);
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int epoll_create1(int flags);

    [DllImport("libc", SetLastError = true)]
    private static extern int epoll_ctl(int epoll, int operation, int socket, ref Event wanted);

    [DllImport("libc", SetLastError = true)]
    private static extern int epoll_wait(int epoll, [Out] Event[] events, int most, int milliseconds);

    /// <summary>As on x64, where Linux packs it.</summary>
    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    private struct Event
    {
        public uint Events;
        public int Index;
        public int Unused;
    }
}
