// SPDX-License-Identifier: MIT

using System.Globalization;
using RawMqtt.EchoPeers;

// Echo peers for outside conformance suites:
//   server PORT          accepts any path and subprotocol, echoes every message with its type; port 0 takes a free one
//   client URL [AGENT]   drives a fuzzing server: /getCaseCount, then /runCase?case=i&agent=RawMqtt each, then /updateReports?agent=RawMqtt
switch (args)
{
    case ["server", string port] when ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out ushort number):
        await EchoServer.RunAsync(number);
        return 0;
    case ["client", string url]:
        return await FuzzingClient.RunAsync(new Uri(url), "RawMqtt");
    case ["client", string url, string agent]:
        return await FuzzingClient.RunAsync(new Uri(url), agent);
    default:
        Console.Error.WriteLine("usage: server PORT | client URL [AGENT]");
        return 2;
}
