// SPDX-License-Identifier: MIT

using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using RawMqtt.Codec;

namespace RawMqtt.Explain;

/// <summary>Reads a packet from its first byte on and lists its fields, until the bytes end or a field cannot be read.</summary>
internal sealed class FieldCursor(byte[] packet, long offset)
{
    private int position;

    public List<WireField> Fields { get; } = [];

    public bool AtEnd => position >= packet.Length;

    /// <summary>Gets whether a field reaches beyond the end of the packet: the fields behind it cannot be found.</summary>
    public bool IsCut { get; private set; }

    public void Add(int length, string name, string value, string section, ProtocolViolation? violation = null)
    {
        length = Math.Min(length, packet.Length - position);
        Fields.Add(new WireField(offset + position, packet.AsSpan(position, length).ToArray(), name, value, section) { Broken = RuleOf(violation) });
        position += length;
    }

    public byte? AddByte(string name, string section, Func<byte, (string Value, ProtocolViolation? Violation)> explain)
    {
        if (!Has(1, name, section)) return null;
        byte read = packet[position];
        (string value, ProtocolViolation? violation) = explain(read);
        Add(1, name, value, section, violation);
        return read;
    }

    public void AddUInt16(string name, string section, Func<int, (string Value, ProtocolViolation? Violation)> explain, ProtocolViolation? cut = null)
    {
        if (!Has(2, name, section, cut)) return;
        (string value, ProtocolViolation? violation) = explain(BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(position)));
        Add(2, name, value, section, violation);
    }

    public void AddPacketId(string section) =>
        AddUInt16("Packet Identifier", section, id => (Number(id), id == 0 ? ProtocolViolation.MissingPacketId : null), ProtocolViolation.MissingPacketId);

    public void AddText(string name, string section, FieldCheck? check = null, ProtocolViolation? missing = null)
    {
        if (!HasPrefixed(name, section, missing, out int length)) return;
        ReadOnlySpan<byte> text = packet.AsSpan(position + 2, length);
        ProtocolViolation? violation = null;
        if (check is not null) check(text, out violation);
        else Utf8Text.IsValid(text, out violation);
        Add(2 + length, name, Quoted(text), section, violation);
    }

    public void AddBinary(string name, string section, ProtocolViolation? missing = null, bool secret = false)
    {
        if (HasPrefixed(name, section, missing, out int length)) Add(2 + length, name, Shown(packet.AsSpan(position + 2, length)), section);
        if (Fields[^1].Name == name) Fields[^1] = Fields[^1] with { IsSecret = secret }; // a part of a password is secret too
    }

    public void AddRest(string name, string section)
    {
        int length = packet.Length - position;
        Add(length, name, Shown(packet.AsSpan(position, length)), section);
    }

    /// <summary>Adds the bytes behind the last field, if there are any.</summary>
    public void AddTrailing(ProtocolViolation? violation)
    {
        if (!AtEnd && !IsCut) Add(packet.Length - position, "", "bytes behind the last field", "2.2.3", violation);
    }

    /// <summary>Adds a field of no bytes that breaks a rule by its absence.</summary>
    public void AddMissing(string name, string section, ProtocolViolation violation) => Add(0, name, "missing", section, violation);

    public static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    public static string Quoted(ReadOnlySpan<byte> text)
    {
        var quoted = new StringBuilder("\"");
        foreach (char c in Encoding.UTF8.GetString(text[..Math.Min(text.Length, 200)]))
        {
            if (MovesText(c)) quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
            else quoted.Append(c);
        }

        return quoted.Append(text.Length > 200 ? "\"..." : "\"").ToString();
    }

    /// <summary>Returns the number of bytes, and the text if they are text without control characters.</summary>
    public static string Shown(ReadOnlySpan<byte> bytes)
    {
        string count = bytes.Length == 1 ? "1 byte" : $"{bytes.Length} bytes";
        bool isText = !bytes.IsEmpty && Utf8Text.IsValid(bytes, out _) && !bytes.ContainsAnyInRange((byte)0, (byte)31);
        return isText ? $"{count} {Quoted(bytes)}" : count;
    }

    public static BrokenRule? RuleOf(ProtocolViolation? violation) => violation is null ? null : new BrokenRule(violation.Rule, violation.Message);

    /// <summary>True for controls, and for the characters that change the direction of a line or end it.</summary>
    private static bool MovesText(char c) => char.GetUnicodeCategory(c)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;

    private bool HasPrefixed(string name, string section, ProtocolViolation? missing, out int length)
    {
        length = 0;
        if (AtEnd && missing is not null)
        {
            AddMissing(name, section, missing);
            IsCut = true;
            return false;
        }

        if (!Has(2, name, section, ProtocolViolation.CutString)) return false;
        length = BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(position));
        return Has(2 + length, name, section, ProtocolViolation.CutString);
    }

    private bool Has(int length, string name, string section, ProtocolViolation? cut = null)
    {
        if (IsCut) return false;
        if (packet.Length - position >= length) return true;
        Add(packet.Length - position, name, "reaches beyond the end of the packet", section, cut ?? ProtocolViolation.CutField);
        IsCut = true;
        return false;
    }
}
