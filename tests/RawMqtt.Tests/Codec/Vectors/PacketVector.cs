// SPDX-License-Identifier: MIT

using RawMqtt.Codec;

namespace RawMqtt.Tests.Codec.Vectors;

/// <summary>A named packet, valid or broken: what the codec reads, the broker must react to, and the fuzzer starts from.</summary>
/// <param name="Name">Unique; begins with the name of the packet.</param>
/// <param name="Sender">The end that sends it.</param>
/// <param name="Bytes">One whole packet, or so much of a broken one that its fault shows.</param>
/// <param name="Rule">The rule that it breaks, as <see cref="ProtocolViolation.Rule"/> says it; null when it is valid.</param>
/// <param name="Proves">The numbered rules that reading this packet proves, <paramref name="Rule"/> included.</param>
public sealed record PacketVector(string Name, MqttRole Sender, byte[] Bytes, string? Rule, IReadOnlyList<string> Proves)
{
    public static PacketVector Valid(string name, MqttRole sender, string bytes, params string[] proves) =>
        new(name, sender, ByteText.Parse(bytes), null, proves);

    public static PacketVector Broken(string name, MqttRole sender, string rule, string bytes, params string[] alsoProves) =>
        new(name, sender, ByteText.Parse(bytes), rule, rule.StartsWith("MQTT-", StringComparison.Ordinal) ? [rule, .. alsoProves] : alsoProves);

    /// <summary>Whether the length is written with as few bytes as it needs, so that writing the packet again gives the same bytes.</summary>
    public bool HasShortestLength { get; init; } = true;

    public override string ToString() => Name;
}
