// SPDX-License-Identifier: MIT

using System.Buffers;
using RawMqtt.Codec;
using RawMqtt.WebSockets;

namespace RawMqtt.Explain;

/// <summary>Explains one direction of a connection: an HTTP head and frames, or packets from the first byte on.</summary>
/// <param name="sender">The end that sends.</param>
/// <param name="isWebSocket">True if packets are carried in frames.</param>
/// <param name="hasHead">True if an HTTP head comes first.</param>
internal sealed class WireBytes(MqttRole sender, bool isWebSocket, bool hasHead)
{
    private readonly PacketBytes packets = new(sender);
    private FrameBytes? frames = isWebSocket && !hasHead ? new FrameBytes(sender, 0) : null;
    private byte[] waiting = [];
    private HttpHead head = sender == MqttRole.Client
        ? new HttpHead(HttpHead.MaxRequestSize, HttpHead.MaxRequestFields)
        : new HttpHead(HttpHead.MaxResponseSize, HttpHead.MaxResponseFields);

    public bool IsBroken { get; private set; }

    /// <summary>Gets whether the bytes end where a packet, a frame and a head end.</summary>
    public bool IsComplete => waiting.Length == 0 && (isWebSocket ? frames?.IsComplete ?? true : packets.Waiting.IsEmpty);

    /// <summary>Gets the number of bytes that were explained.</summary>
    public long Consumed => isWebSocket ? frames?.Consumed ?? 0 : packets.Consumed;

    /// <summary>Returns the part of a packet or head that the bytes end in; null if there is none, or if it is too short to name it.</summary>
    public WireUnit? Unfinished()
    {
        if (IsBroken) return null;
        if (!isWebSocket) return packets.Unfinished();
        if (frames is not null) return frames.Unfinished();
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
            var start = new WireField(0, waiting[..Math.Min(64, waiting.Length)], "HTTP head", "", "4.1") { Broken = broken };
            return [new WireUnit(WireUnitKind.HttpHead, 0, "an HTTP head", "RFC 6455 4.1", [start]) { Broken = broken }];
        }

        WireUnit unit = HttpLines.Of(waiting.AsSpan(0, size), sender, 0);
        byte[] rest = waiting[size..];
        waiting = [];
        frames = new FrameBytes(sender, size);
        return [unit, .. frames.Feed(rest)];
    }
}
