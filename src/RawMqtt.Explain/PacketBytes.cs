// SPDX-License-Identifier: MIT

using System.Buffers;
using RawMqtt.Codec;

namespace RawMqtt.Explain;

/// <summary>One direction's MQTT bytes, however they arrive, as packets.</summary>
/// <param name="sender">The end that sends them; null if each packet may come from either end.</param>
internal sealed class PacketBytes(MqttRole? sender)
{
    private byte[] buffer = [];
    private int length;
    private int taken;

    /// <summary>Gets the number of bytes that were explained.</summary>
    public long Consumed { get; private set; }

    public bool IsBroken { get; private set; }

    /// <summary>Gets the beginning of a packet that has not arrived whole.</summary>
    public ReadOnlySpan<byte> Waiting => buffer.AsSpan(taken, length - taken);

    /// <summary>Returns the part of that packet; null if its fixed header has not arrived.</summary>
    public WireUnit? Unfinished()
    {
        if (IsBroken || ReadHeader(Waiting, out FixedHeader header, out _) != OperationStatus.Done) return null;
        List<WireField> fields = PacketFields.Of(header, Waiting.ToArray(), Consumed);
        if (fields[^1].Bytes.Length == 0) fields.RemoveAt(fields.Count - 1);
        string title = $"{PacketFields.NameOf(header.Type)}, {Waiting.Length} of {header.PacketLength} bytes";
        WireField[] unjudged = [.. fields.Select(field => field with { Broken = null })];
        return new WireUnit(WireUnitKind.Packet, Consumed, title, PacketTitle.SectionOf(header.Type), unjudged);
    }

    /// <summary>Takes more bytes, and returns the packets that they complete.</summary>
    public List<WireUnit> Feed(ReadOnlySpan<byte> bytes)
    {
        var units = new List<WireUnit>();
        if (buffer.Length - length < bytes.Length) Array.Resize(ref buffer, Math.Max(2 * length, length + bytes.Length)); // a long packet may come byte by byte
        bytes.CopyTo(buffer.AsSpan(length));
        length += bytes.Length;
        while (!IsBroken && TryTake(out WireUnit? unit)) units.Add(unit!);
        if (taken == 0) return units;
        Waiting.CopyTo(buffer); // once for all packets: copying for each of them would be quadratic
        (length, taken) = (length - taken, 0);
        return units;
    }

    private bool TryTake(out WireUnit? unit)
    {
        unit = null;
        OperationStatus status = ReadHeader(Waiting, out FixedHeader header, out ProtocolViolation? violation);
        if (status == OperationStatus.NeedMoreData) return false;
        if (status == OperationStatus.InvalidData)
        {
            unit = BrokenHeader(violation!);
            IsBroken = true;
            return true;
        }

        if (Waiting.Length < header.PacketLength) return false;
        byte[] packet = Waiting[..header.PacketLength].ToArray();
        string? title = PacketTitle.Of(header, packet.AsSpan(header.Length), out violation);
        List<WireField> fields = PacketFields.Of(header, packet, Consumed);
        if (title is null) fields = UpTo(violation!, fields);
        unit = new WireUnit(WireUnitKind.Packet, Consumed, title ?? PacketFields.NameOf(header.Type), PacketTitle.SectionOf(header.Type), fields)
        {
            Broken = FieldCursor.RuleOf(violation),
            Packet = packet,
        };
        if (title is null)
        {
            IsBroken = true;
            return true;
        }

        Consumed += packet.Length;
        taken += packet.Length;
        return true;
    }

    /// <summary>Reads a fixed header as the sender's, or, if the sender is not known, as that of the end that may send this type.</summary>
    private OperationStatus ReadHeader(ReadOnlySpan<byte> bytes, out FixedHeader header, out ProtocolViolation? violation)
    {
        OperationStatus status = FixedHeader.TryRead(bytes, sender ?? MqttRole.Client, out header, out violation);
        if (sender is not null || violation != ProtocolViolation.WrongDirection) return status;
        return FixedHeader.TryRead(bytes, MqttRole.Server, out header, out violation);
    }

    private WireUnit BrokenHeader(ProtocolViolation violation)
    {
        BrokenRule broken = FieldCursor.RuleOf(violation)!;
        var type = (PacketType)(Waiting[0] >> 4);
        bool badLength = violation == ProtocolViolation.MalformedRemainingLength;
        string name = Enum.IsDefined(type) ? PacketFields.NameOf(type) : "a forbidden packet type";
        string typeAndFlags = $"{(int)type} {name}, flags {PacketFields.Bits(Waiting[0] & 15, 4)}";
        List<WireField> fields = [new WireField(Consumed, [Waiting[0]], "Packet type", typeAndFlags, "2.2.1") { Broken = badLength ? null : broken }];
        if (badLength)
        {
            byte[] length = Waiting[1..Math.Min(5, Waiting.Length)].ToArray();
            fields.Add(new WireField(Consumed + 1, length, "Remaining Length", "does not end within four bytes", "2.2.3") { Broken = broken });
        }

        return new WireUnit(WireUnitKind.Packet, Consumed, name, Enum.IsDefined(type) ? PacketTitle.SectionOf(type) : "2.2.1", fields) { Broken = broken };
    }

    /// <summary>Returns the fields up to the first one that breaks this rule, with no other rule marked.</summary>
    private static List<WireField> UpTo(ProtocolViolation violation, List<WireField> fields)
    {
        BrokenRule broken = FieldCursor.RuleOf(violation)!;
        int last = fields.FindIndex(field => field.Broken == broken);
        if (last >= 0) return [.. fields.Take(last).Select(field => field with { Broken = null }), fields[last]];
        return [.. fields.Select(field => field with { Broken = null }).Take(fields.Count - 1), fields[^1] with { Broken = broken }];
    }
}
