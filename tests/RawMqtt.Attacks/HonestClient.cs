// SPDX-License-Identifier: MIT

using System.Diagnostics;
using System.Net.Sockets;

namespace RawMqtt.Attacks;

/// <summary>Publishes to itself every 20 ms, in turns at QoS 0 and 1, and logs in anew every half a second, on a thread of its own.</summary>
internal sealed class HonestClient(int port, string topic, bool hasPassword)
{
    public const string UserName = "honest";

    private const int Patience = 20_000; // milliseconds

    private readonly List<double> waits = [];
    private readonly List<double> logins = [];

    public static ReadOnlySpan<byte> Password => "a password"u8;

    public double[] Waits => [.. waits.Order()];

    public double[] Logins => [.. logins.Order()];

    public int Failures { get; private set; }

    public void Run(TimeSpan time)
    {
        var loggingIn = new Thread(() => Repeat(time, TimeSpan.FromMilliseconds(500), LogIn));
        loggingIn.Start();
        Socket? socket = null;
        byte id = 0;
        Repeat(time, TimeSpan.FromMilliseconds(20), () =>
        {
            socket ??= Open(logins);
            byte[] publish = Wire.Publish(topic, "x", qos: ++id % 2, id: (ushort)(id % 2), retain: false);
            long begun = Stopwatch.GetTimestamp();
            try
            {
                socket.Send(publish);
                Wire.ReadPublish(socket, isAcknowledged: id % 2 == 1);
            }
            catch
            {
                socket.Dispose();
                socket = null;
                throw;
            }

            lock (waits) waits.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
        });
        loggingIn.Join();
        socket?.Dispose();
    }

    private void LogIn()
    {
        using Socket socket = Connect(logins);
    }

    /// <summary>Connects and subscribes.</summary>
    private Socket Open(List<double> into)
    {
        Socket socket = Connect(into);
        socket.Send(Wire.Subscribe(topic, qos: 0));
        Wire.ReadPacket(socket);
        return socket;
    }

    private Socket Connect(List<double> into)
    {
        long begun = Stopwatch.GetTimestamp();
        Socket socket = Wire.Dial(port, Patience);
        socket.Send(hasPassword ? Wire.Connect("", user: UserName, password: Password.ToArray()) : Wire.Connect(""));
        byte[] answer = Wire.ReadPacket(socket);
        if (answer is not [0x20, 2, _, 0]) throw new IOException("The login was refused.");
        lock (into) into.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
        return socket;
    }

    private void Repeat(TimeSpan time, TimeSpan interval, Action action)
    {
        using var pace = new AutoResetEvent(false);
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < time; pace.WaitOne(interval))
        {
            try
            {
                action();
            }
            catch (Exception e) when (e is SocketException or IOException or ObjectDisposedException)
            {
                lock (waits) Failures++;
            }
        }
    }
}
