// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Text;

namespace RawMqtt.Explain;

/// <summary>Writes units as text: a line each, or every field with its bytes and its section.</summary>
internal static class WireText
{
    private const int BytesInARow = 8;
    private const int MostRows = 8;

    /// <summary>Writes one line, or the lines of an HTTP head.</summary>
    public static void WriteShort(StringBuilder text, WireUnit unit, string margin, bool secrets)
    {
        if (unit.Kind == WireUnitKind.HttpHead)
        {
            foreach (WireField line in unit.Fields) text.Append(margin).AppendLine(NameOf(line, secrets));
        }
        else
        {
            text.Append(margin).Append(unit.Kind == WireUnitKind.Packet ? "  " : "").AppendLine(unit.Title);
        }

        WriteBroken(text, unit, margin);
    }

    /// <summary>Writes the title and every field.</summary>
    public static void WriteLong(StringBuilder text, WireUnit unit, string margin, bool secrets)
    {
        string section = unit.Section.StartsWith("RFC", StringComparison.Ordinal) ? unit.Section : $"MQTT {unit.Section}";
        string title = !secrets && unit.Fields is [{ Masked: { } masked }, ..] ? masked : unit.Title;
        text.Append(margin).Append(title).Append("   (").Append(section).AppendLine(")");
        string blank = new(' ', margin.Length);
        foreach (WireField field in unit.Fields)
        {
            if (unit.Kind == WireUnitKind.HttpHead) WriteLine(text, field, blank, secrets);
            else WriteField(text, field, blank, secrets);
        }

        WriteBroken(text, unit, blank);
    }

    private static void WriteLine(StringBuilder text, WireField line, string margin, bool secrets)
    {
        string name = NameOf(line, secrets);
        if (line.Value.Length == 0) text.Append(margin).AppendLine(name);
        else text.Append(margin).Append(name.PadRight(50)).Append("  ").Append(line.Value).Append("   ").AppendLine(line.Section);
    }

    private static void WriteField(StringBuilder text, WireField field, string margin, bool secrets)
    {
        bool hide = field.IsSecret && !secrets;
        string[] rows = hide ? ["** "] : Rows(field.Bytes);
        string meaning = field.Name.Length == 0 ? field.Value : $"{field.Name}: {(hide ? "***" : field.Value)}";
        for (int i = 0; i < rows.Length; i++)
        {
            text.Append(margin).Append(CultureInfo.InvariantCulture, $"{field.Offset + i * BytesInARow:x4}  {rows[i],-(BytesInARow * 3)}");
            if (i == 0) text.Append("  ").Append(meaning).Append("   ").Append(field.Section);
            while (text[^1] == ' ') text.Length--;
            text.AppendLine();
        }
    }

    private static void WriteBroken(StringBuilder text, WireUnit unit, string margin)
    {
        if (unit.Broken is not null) text.Append(margin).Append(CultureInfo.InvariantCulture, $"!! offset {unit.BrokenAt}: {unit.Broken}").AppendLine();
    }

    private static string NameOf(WireField line, bool secrets) => secrets ? line.Name : line.Masked ?? line.Name;

    private static string[] Rows(byte[] bytes)
    {
        if (bytes.Length == 0) return [""];
        int rows = Math.Min((bytes.Length + BytesInARow - 1) / BytesInARow, MostRows);
        string[] text = new string[rows];
        for (int i = 0; i < rows; i++)
        {
            int start = i * BytesInARow;
            int count = Math.Min(BytesInARow, bytes.Length - start);
            text[i] = string.Join(' ', bytes.Skip(start).Take(count).Select(b => b.ToString("x2", CultureInfo.InvariantCulture)));
        }

        if (rows * BytesInARow < bytes.Length) text[^1] += $" ... {bytes.Length - rows * BytesInARow} more";
        return text;
    }
}
