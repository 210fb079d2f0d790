// SPDX-License-Identifier: MIT

using System.Net.Sockets;

namespace RawMqtt.Attacks;

/// <summary>W4: wrong passwords.</summary>
internal static class Logins
{
    /// <summary>40 a second, on new connections that do not wait for the answer.</summary>
    public static void Wrong(Target target)
    {
        var pace = new AutoResetEvent(false);
        int number = 0;
        target.Start(() =>
        {
            Socket socket = target.Dial();
            socket.Send(Wire.Connect("", user: $"u{number++ % 10}", password: [1]));
            pace.WaitOne(25);
            if (number % 2 == 0) socket.Dispose();
        });
    }
}
