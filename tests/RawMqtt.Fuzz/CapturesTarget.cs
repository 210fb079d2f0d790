// SPDX-License-Identifier: MIT

using RawMqtt.Tests.Cli.Captures;

namespace RawMqtt.Fuzz;

/// <summary>decode of a capture: pcap and pcapng, IP, TCP, and what they carry.</summary>
internal static class CapturesTarget
{
    public static IEnumerable<byte[]> Seeds()
    {
        byte[] pcap = SampleCapture.Pcap();
        return [pcap, SampleCapture.Pcapng(pcap, isLittleEndian: true), SampleCapture.Pcapng(pcap, isLittleEndian: false)];
    }

    public static void Run(byte[] bytes) => CaptureInvariants.Check(bytes);
}
