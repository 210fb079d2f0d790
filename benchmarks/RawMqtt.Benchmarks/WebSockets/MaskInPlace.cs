// SPDX-License-Identifier: MIT

using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using BenchmarkDotNet.Attributes;
using RawMqtt.WebSockets;

namespace RawMqtt.Benchmarks.WebSockets;

/// <summary>XOR in place with a four-byte key, beside the plainest loop at each vector width and at eight bytes.</summary>
public class MaskInPlace
{
    private const uint Key = 0x3D21FA37;
    private byte[] data = [];

    [Params(16, 128, 1024, 16384)]
    public int Length { get; set; }

    [GlobalSetup]
    public void Setup() => data = new byte[Length];

    [Benchmark(Baseline = true)]
    public uint RawMqtt() => Masking.Apply(data, Key);

    [Benchmark]
    public void Loop128()
    {
        ref byte start = ref MemoryMarshal.GetArrayDataReference(data);
        Vector128<byte> key = Vector128.Create(Key).AsByte();
        for (nuint i = 0; i < (nuint)data.Length; i += 16)
            (Vector128.LoadUnsafe(ref start, i) ^ key).StoreUnsafe(ref start, i);
    }

    [Benchmark]
    public void Loop256()
    {
        ref byte start = ref MemoryMarshal.GetArrayDataReference(data);
        Vector256<byte> key = Vector256.Create(Key).AsByte();
        for (nuint i = 0; i + 32 <= (nuint)data.Length; i += 32)
            (Vector256.LoadUnsafe(ref start, i) ^ key).StoreUnsafe(ref start, i);
    }

    [Benchmark]
    public void Loop512()
    {
        ref byte start = ref MemoryMarshal.GetArrayDataReference(data);
        Vector512<byte> key = Vector512.Create(Key).AsByte();
        for (nuint i = 0; i + 64 <= (nuint)data.Length; i += 64)
            (Vector512.LoadUnsafe(ref start, i) ^ key).StoreUnsafe(ref start, i);
    }

    [Benchmark]
    public void LoopOf8Bytes()
    {
        Span<ulong> words = MemoryMarshal.Cast<byte, ulong>(data.AsSpan());
        ulong key = Key | ((ulong)Key << 32);
        for (int i = 0; i < words.Length; i++)
            words[i] ^= key;
    }
}
