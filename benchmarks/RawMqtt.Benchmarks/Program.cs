using BenchmarkDotNet.Running;
using RawMqtt.Benchmarks.Codec;

switch (args)
{
    case ["side-by-side", "codec"]: CodecSideBySide.Run(); break;
    default: BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args); break;
}
