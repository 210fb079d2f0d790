using BenchmarkDotNet.Running;
using RawMqtt.Benchmarks.Codec;
using RawMqtt.Benchmarks.WebSockets;

switch (args)
{
    case ["side-by-side", "codec"]: CodecSideBySide.Run(); break;
    case ["side-by-side", "websockets"]: WebSocketsSideBySide.Run(); break;
    default: BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args); break;
}
