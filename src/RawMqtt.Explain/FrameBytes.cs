// SPDX-License-Identifier: MIT

using System.Buffers;
using RawMqtt.Codec;
using RawMqtt.WebSockets;
using static RawMqtt.Explain.FieldCursor;

namespace RawMqtt.Explain;

/// <summary>One direction's WebSocket bytes as frames, and the packets that their payloads carry.</summary>
/// <remarks>The rules are those of the library's own <see cref="FrameReader"/>, which is fed the same bytes.</remarks>
internal sealed class FrameBytes(MqttRole sender, long start)
{
    private readonly FrameReader judge = new(sender == MqttRole.Client ? WebSocketRole.Server : WebSocketRole.Client, long.MaxValue, acceptsText: false);
    private readonly PacketBytes packets = new(sender);
    private byte[] received = [];
    private int taken;
    private FrameHeader frame;
    private long payloadLeft;
    private uint key;
    private readonly List<byte> control = [];

    public long Consumed { get; private set; } = start;

    public bool IsBroken { get; private set; }

    public bool IsComplete => Waiting.IsEmpty && payloadLeft == 0 && packets.Waiting.IsEmpty;

    private ReadOnlySpan<byte> Waiting => received.AsSpan(taken);

    /// <summary>What is there of a packet that has not come whole.</summary>
    public WireUnit? Cut() => IsBroken ? null : packets.Cut();

    public List<WireUnit> Feed(ReadOnlySpan<byte> bytes)
    {
        var units = new List<WireUnit>();
        received = [.. Waiting, .. bytes];
        taken = 0;
        while (!IsBroken && (payloadLeft > 0 ? TryTakePayload(units) : TryTakeHeader(units)))
        {
        }

        return units;
    }

    private bool TryTakeHeader(List<WireUnit> units)
    {
        WebSocketRole receiver = sender == MqttRole.Client ? WebSocketRole.Server : WebSocketRole.Client;
        OperationStatus status = FrameHeader.TryRead(Waiting, receiver, out frame, out WebSocketViolation? violation);
        if (status == OperationStatus.NeedMoreData) return false;
        int size = status == OperationStatus.Done ? frame.Size : Waiting.Length;
        if (status == OperationStatus.Done) violation = Judge(Waiting[..size]);

        var broken = violation is null ? null : new BrokenRule(violation.Rule, violation.Message);
        List<WireField> fields = FrameFields.Of(Waiting[..size], Consumed, broken);
        units.Add(new WireUnit(WireUnitKind.Frame, Consumed, status == OperationStatus.Done ? FrameFields.TitleOf(frame) : "frame", "RFC 6455 5.2", fields) { Broken = broken });
        if (broken is not null)
        {
            IsBroken = true;
            return false;
        }

        Take(size);
        payloadLeft = frame.PayloadLength;
        key = frame.MaskKey;
        control.Clear();
        return !Waiting.IsEmpty || payloadLeft == 0;
    }

    private bool TryTakePayload(List<WireUnit> units)
    {
        int length = (int)Math.Min(payloadLeft, Waiting.Length);
        if (length == 0) return false;
        WebSocketViolation? violation = Judge(Waiting[..length]);
        byte[] payload = Waiting[..length].ToArray();
        if (frame.IsMasked) key = Masking.Apply(payload, key);
        long offset = Consumed;
        Take(length);
        payloadLeft -= length;

        if (frame.IsControl)
        {
            control.AddRange(payload);
            if (payloadLeft == 0) units.Add(ControlPayload(offset - (control.Count - length), violation));
        }
        else if (violation is null)
        {
            units.AddRange(packets.Feed(payload));
        }

        IsBroken = violation is not null || packets.IsBroken;
        return true;
    }

    private WireUnit ControlPayload(long offset, WebSocketViolation? violation)
    {
        byte[] payload = [.. control];
        var broken = violation is null ? null : new BrokenRule(violation.Rule, violation.Message);
        if (frame.Opcode != Opcode.Close)
        {
            var data = new WireField(offset, payload, "Application data", Shown(payload), "5.5.2");
            string name = frame.Opcode == Opcode.Ping ? "ping" : "pong";
            return new WireUnit(WireUnitKind.Frame, offset, $"{name} with {Shown(payload)}", frame.Opcode == Opcode.Ping ? "RFC 6455 5.5.2" : "RFC 6455 5.5.3", [data]) { Broken = broken };
        }

        List<WireField> fields = [];
        if (payload.Length >= 2) fields.Add(new WireField(offset, payload[..2], "Status code", FrameFields.MeaningOf(payload[0] << 8 | payload[1]), "7.4"));
        if (payload.Length > 2) fields.Add(new WireField(offset + 2, payload[2..], "Reason", Quoted(payload.AsSpan(2)), "7.1.6"));
        if (payload.Length == 1) fields.Add(new WireField(offset, payload, "Status code", "one byte is none", "5.5.1"));
        if (broken is not null) fields[^1] = fields[^1] with { Broken = broken };
        string title = payload.Length < 2 ? "close" : $"close {fields[0].Value}{(payload.Length > 2 ? $", {fields[1].Value}" : "")}";
        return new WireUnit(WireUnitKind.Frame, offset, title, "RFC 6455 5.5.1", fields) { Broken = broken };
    }

    /// <summary>The library's reading of the same bytes, on a copy because it unmasks in place.</summary>
    private WebSocketViolation? Judge(ReadOnlySpan<byte> bytes)
    {
        Span<byte> copy = bytes.ToArray();
        while (judge.TryRead(ref copy, out FramePiece piece))
        {
            if (piece.Violation is not null) return piece.Violation;
            if (piece.Opcode == Opcode.Close && !CloseBody.TryRead(piece.Payload, out _, out WebSocketViolation? ofClose)) return ofClose;
        }

        return judge.Violation;
    }

    private void Take(int count)
    {
        taken += count;
        Consumed += count;
    }
}
