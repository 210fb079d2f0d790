// SPDX-License-Identifier: MIT

using FsCheck;
using FsCheck.Xunit;

namespace RawMqtt.Tests.Codec;

/// <summary>The same properties with a million cases in all. By name only: <c>dotnet run --project tests/RawMqtt.Tests -- -explicit only -class
/// RawMqtt.Tests.Codec.CodecSoak</c>.</summary>
[Properties(Arbitrary = [typeof(GeneratedPackets)], MaxTest = Cases)]
public class CodecSoak
{
    private const int Cases = 250_000;
    private readonly CodecProperties properties = new();

    [Property(Explicit = true)]
    public void What_is_written_reads_back_equal(GeneratedPacket generated) => properties.What_is_written_reads_back_equal(generated);

    [Property(Explicit = true)]
    public void A_stream_split_anywhere_holds_the_same_packets(GeneratedPacket[] packets, PositiveInt[] pieces) =>
        properties.A_stream_split_anywhere_holds_the_same_packets(packets, pieces);

    [Property(Explicit = true)]
    public void Random_bytes_keep_every_promise(byte[] bytes) => properties.Random_bytes_keep_every_promise(bytes);

    [Property(Explicit = true)]
    public void Likely_bytes_keep_every_promise(LikelyBytes likely) => properties.Likely_bytes_keep_every_promise(likely);

    [Property(Explicit = true)]
    public void Mutated_packets_keep_every_promise(MutatedBytes mutated) => properties.Mutated_packets_keep_every_promise(mutated);
}
