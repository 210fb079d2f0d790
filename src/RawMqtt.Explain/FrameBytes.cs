// SPDX-License-Identifier: MIT

using System.Buffers;
using RawMqtt.Codec;
using RawMqtt.WebSockets;
using static RawMqtt.Explain.FieldCursor;

namespace RawMqtt.Explain;

/// <summary>One direction's WebSocket bytes as frames, and the packets that their payloads carry.</summary>
/// <remarks>The rules are those of the library's own <see cref="FrameReader"/>, which is given the same bytes.</remarks>
internal sealed class FrameBytes(MqttRole sender, long start)
{
    private readonly FrameReader reader = new(sender == MqttRole.Client ? WebSocketRole.Server : WebSocketRole.Client, long.MaxValue, acceptsText: false);
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

    /// <summary>Returns the part of a packet that the payloads end in, or null.</summary>
    public WireUnit? Unfinished() => IsBroken ? null : packets.Unfinished();

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
        if (status == OperationStatus.Done) violation = ViolationIn(Waiting[..size]);

        var broken = violation is null ? null : new BrokenRule(violation.Rule, violation.Message);
        List<WireField> fields = FrameFields.Of(Waiting[..size], Consumed, broken);
        string title = status == OperationStatus.Done ? FrameFields.TitleOf(frame) : "frame";
        units.Add(new WireUnit(WireUnitKind.Frame, Consumed, title, "RFC 6455 5.2", fields) { Broken = broken });
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
        WebSocketViolation? violation = ViolationIn(Waiting[..length]);
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
            (string name, string section) = frame.Opcode == Opcode.Ping ? ("ping", "RFC 6455 5.5.2") : ("pong", "RFC 6455 5.5.3");
            return new WireUnit(WireUnitKind.Frame, offset, $"{name} with {Shown(payload)}", section, [data]) { Broken = broken };
        }

        List<WireField> fields = [];
        if (payload.Length >= 2) fields.Add(new WireField(offset, payload[..2], "Status code", FrameFields.MeaningOf(payload[0] << 8 | payload[1]), "7.4"));
        if (payload.Length > 2) fields.Add(new WireField(offset + 2, payload[2..], "Reason", Quoted(payload.AsSpan(2)), "7.1.6"));
        if (payload.Length == 1) fields.Add(new WireField(offset, payload, "Status code", "one byte is none", "5.5.1"));
        if (broken is not null) fields[^1] = fields[^1] with { Broken = broken };
        string title = payload.Length < 2 ? "close" : $"close {fields[0].Value}{(payload.Length > 2 ? $", {fields[1].Value}" : "")}";
        return new WireUnit(WireUnitKind.Frame, offset, title, "RFC 6455 5.5.1", fields) { Broken = broken };
    }

    /// <summary>Returns the rule that the library finds broken in the same bytes; it reads a copy, because it unmasks in place.</summary>
    private WebSocketViolation? ViolationIn(ReadOnlySpan<byte> bytes)
    {
        Span<byte> copy = bytes.ToArray();
        while (reader.TryRead(ref copy, out FramePiece piece))
        {
            if (piece.Violation is not null) return piece.Violation;
            if (piece.Opcode == Opcode.Close && !CloseBody.TryRead(piece.Payload, out _, out WebSocketViolation? ofClose)) return ofClose;
        }

        return reader.Violation;
    }

    private void Take(int count)
    {
        taken += count;
        Consumed += count;
    }
}
