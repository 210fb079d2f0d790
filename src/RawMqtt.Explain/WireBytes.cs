// SPDX-License-Identifier: MIT

using System.Buffers;
using RawMqtt.Codec;
using RawMqtt.WebSockets;

namespace RawMqtt.Explain;

/// <summary>One direction of a connection as it goes over the wire: an HTTP head and frames, or packets at once.</summary>
/// <param name="sender">Who sends.</param>
/// <param name="isWebSocket">Whether there are frames.</param>
/// <param name="hasHead">Whether an HTTP head comes first.</param>
internal sealed class WireBytes(MqttRole sender, bool isWebSocket, bool hasHead)
{
    private readonly PacketBytes packets = new(sender);
    private FrameBytes? frames = isWebSocket && !hasHead ? new FrameBytes(sender, 0) : null;
    private byte[] waiting = [];
    private HttpHead head;

    public bool IsBroken { get; private set; }

    /// <summary>Whether the bytes end where a packet, a frame and a head end.</summary>
    public bool IsComplete => waiting.Length == 0 && (isWebSocket ? frames?.IsComplete ?? true : packets.Waiting.IsEmpty);

    /// <summary>How many bytes were explained.</summary>
    public long Consumed => isWebSocket ? frames?.Consumed ?? 0 : packets.Consumed;

    /// <summary>What is there of the packet or the head that the bytes end in; null when that is nothing, or less than tells what it is.</summary>
    public WireUnit? Cut()
    {
        if (IsBroken) return null;
        if (!isWebSocket) return packets.Cut();
        if (frames is not null) return frames.Cut();
        if (waiting.Length == 0) return null;
        WireUnit head = HttpLines.Of(waiting, sender, 0);
        return head with { Broken = null, Fields = [.. head.Fields.Select(line => line with { Broken = null })] };
    }

    public List<WireUnit> Feed(ReadOnlySpan<byte> bytes)
    {
        if (IsBroken) return [];
        List<WireUnit> units = !isWebSocket ? packets.Feed(bytes) : frames is not null ? frames.Feed(bytes) : FeedHead(bytes);
        IsBroken |= units.Exists(unit => unit.Broken is not null);
        return units;
    }

    private List<WireUnit> FeedHead(ReadOnlySpan<byte> bytes)
    {
        waiting = [.. waiting, .. bytes];
        OperationStatus status = head.Find(waiting, out int size);
        if (status == OperationStatus.NeedMoreData) return [];
        if (status == OperationStatus.InvalidData)
        {
            var broken = new BrokenRule(head.Refusal!.Rule, head.Refusal.Reason);
            return [new WireUnit(WireUnitKind.HttpHead, 0, "an HTTP head", "RFC 6455 4.1", [new WireField(0, waiting[..Math.Min(64, waiting.Length)], "HTTP head", "", "4.1") { Broken = broken }]) { Broken = broken }];
        }

        WireUnit unit = HttpLines.Of(waiting.AsSpan(0, size), sender, 0);
        byte[] rest = waiting[size..];
        waiting = [];
        frames = new FrameBytes(sender, size);
        return [unit, .. frames.Feed(rest)];
    }
}
