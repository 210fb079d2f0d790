// SPDX-License-Identifier: MIT

namespace RawMqtt.Fuzz;

/// <summary>A part of the library that any bytes may reach. To add one: a file beside this, and its line in <see cref="All"/>.</summary>
/// <param name="Seeds">What the fuzzer starts from.</param>
/// <param name="Run">Throws when a promise does not hold.</param>
internal sealed record FuzzTarget(Func<IEnumerable<byte[]>> Seeds, Action<byte[]> Run)
{
    public static IReadOnlyDictionary<string, FuzzTarget> All { get; } = new Dictionary<string, FuzzTarget>
    {
        ["packets"] = new(PacketsTarget.Seeds, PacketsTarget.Run),
        ["topics"] = new(TopicsTarget.Seeds, TopicsTarget.Run),
        ["frames"] = new(FramesTarget.Seeds, FramesTarget.Run),
        ["explainer"] = new(ExplainerTarget.Seeds, ExplainerTarget.Run),
        ["captures"] = new(CapturesTarget.Seeds, CapturesTarget.Run),
        ["handshakes"] = new(HandshakesTarget.Seeds, HandshakesTarget.Run),
    };
}
