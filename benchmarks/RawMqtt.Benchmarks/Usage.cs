// SPDX-License-Identifier: MIT

namespace RawMqtt.Benchmarks;

/// <summary>What can be measured; <c>--help</c> prints it.</summary>
internal static class Usage
{
    public const string Text =
        """
        side-by-side codec | websockets
        side-by-side brokers [throughput] [memory] [latency] [connects] [durable] [--only TEXT]
        pairs OLD.dll NEW.dll COUNT [--durability A[,B]] [--only TEXT]
        end-to-end [--broker ADDRESS] [--rounds N] [--only TEXT] [--scale X] [--json FILE]
        latency [--rounds N] [--messages N] [--only view,stream,MQTTnet,MQTT.js] [--with NAME=DLL]... [--json FILE]
        fleet | fan-in [--rounds N] [--seconds N] [--rate N] [--only "tcp 0"] [--broker RawMqtt|mosquitto|MQTTnet]... [--with NAME=DLL[,KEY=VALUE]]...
              [--json FILE]
        tables FILE...
        journal queue TOOL.dll Process|Disk MESSAGES SESSIONS
        journal pause TOOL.dll Process|Disk
        bridge [MESSAGES [BYTES]]
        access
        lock
        idle NAME=DLL

        DLL is RawMqtt.Benchmarks.dll of another build, TOOL.dll is RawMqtt.Cli.dll.
        Everything else goes to BenchmarkDotNet, such as --filter '*Codec*' or --list flat.
        """;
}
