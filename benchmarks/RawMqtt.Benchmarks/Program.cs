// SPDX-License-Identifier: MIT

using System.Globalization;
using BenchmarkDotNet.Running;
using RawMqtt.Benchmarks;
using RawMqtt.Benchmarks.Bridges;
using RawMqtt.Benchmarks.Brokers;
using RawMqtt.Benchmarks.Codec;
using RawMqtt.Benchmarks.EndToEnd;
using RawMqtt.Benchmarks.Fleets;
using RawMqtt.Benchmarks.Journals;
using RawMqtt.Benchmarks.WebSockets;

switch (args)
{
    case [] or [.., "--help" or "-h" or "-?"]: Console.WriteLine(Usage.Text); break;
    case ["side-by-side", "codec"]: CodecSideBySide.Run(); break;
    case ["side-by-side", "websockets"]: WebSocketsSideBySide.Run(); break;
    case ["side-by-side", "brokers", .. string[] parts]: BrokersSideBySide.Run(parts); break;
    case ["pairs", string old, string @new, string count, .. string[] options]:
        BrokerPairs.Run(old, @new, int.Parse(count, CultureInfo.InvariantCulture), options);
        break;
    case ["fleet" or "fan-in", ..]: FleetRun.Run(args); break;
    case ["tables", .. string[] files]: Tables.Print(files); break;
    case ["journal", "queue", string tool, string durable, string messages, string sessions]:
        new QueueRun(tool, durable, int.Parse(messages, CultureInfo.InvariantCulture), int.Parse(sessions, CultureInfo.InvariantCulture)).Run();
        break;
    case ["journal", "pause", string tool, string durable]: new PauseRun(tool, durable).Run(); break;
    case ["access"]: AccessCost.Run(); break;
    case ["lock"]: LockCost.Run(); break;
    case ["idle", string other]: BrokersSideBySide.Idle(other); break;
    case ["serve", string ws, string tcp]: await BrokersSideBySide.ServeAsync(ws, tcp); break;
    case ["serve", string ws, string tcp, string durability, string folder]:
        await BrokersSideBySide.ServeAsync(ws, tcp, Enum.Parse<RawMqtt.MqttDurability>(durability), folder);
        break;
    case ["serve-mqttnet", string ws, string tcp]: await MqttNetBroker.ServeAsync(ws, tcp); break;
    case ["end-to-end", ..]: await EndToEndRun.RunAsync(args); break;
    case ["end-to-end-broker"]: await EndToEndRun.ServeAsync(); break;
    case ["latency", ..]: LatencyRun.Run(args); break;
    case ["latency-client", string contestant, string address]: await LatencyTurn.ServeAsync(contestant, address); break;
    case ["bridge", .. string[] load]: await BridgeRun.RunAsync(load); break;
    case ["bridge-far"]: await BridgeRun.ServeAsync(); break;
    default: BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args); break;
}
