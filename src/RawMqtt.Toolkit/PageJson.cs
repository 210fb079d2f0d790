// SPDX-License-Identifier: MIT

using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using RawMqtt.Explain;

namespace RawMqtt.Toolkit;

/// <summary>Writes what the page reads. The page puts every text of it into text nodes.</summary>
internal static class PageJson
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Relaxed)) write(json);
        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    /// <summary>Returns an object with a fault alone.</summary>
    public static string Fault(Exception failure) => Write(json =>
    {
        json.WriteStartObject();
        WriteFault(json, "fault", failure);
        json.WriteEndObject();
    });

    public static void WriteFault(Utf8JsonWriter json, string name, Exception failure)
    {
        json.WriteStartObject(name);
        json.WriteString("message", failure.Message);
        if (failure is MqttException fault)
        {
            json.WriteString("code", fault.Code.ToString());
            if (fault.Rule is not null) json.WriteString("rule", fault.Rule);
            if (fault.Diagnosis is { } diagnosis) json.WriteString("diagnosis", diagnosis.Code);
        }

        json.WriteEndObject();
    }

    /// <summary>Writes a unit with its fields and their bytes.</summary>
    public static void WriteUnit(Utf8JsonWriter json, WireUnit unit)
    {
        json.WriteStartObject();
        json.WriteString("kind", unit.Kind.ToString());
        json.WriteNumber("offset", unit.Offset);
        json.WriteString("title", unit.Title);
        json.WriteString("section", unit.Section);
        if (unit.Broken is { } broken) WriteBroken(json, broken);
        json.WriteStartArray("fields");
        foreach (WireField field in unit.Fields)
        {
            json.WriteStartObject();
            json.WriteNumber("offset", field.Offset);
            json.WriteString("bytes", Convert.ToHexStringLower(field.Bytes));
            json.WriteString("name", field.Name);
            json.WriteString("value", field.Value);
            json.WriteString("section", field.Section);
            if (field.IsSecret) json.WriteBoolean("secret", true);
            if (field.Broken is { } fault) WriteBroken(json, fault);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteBroken(Utf8JsonWriter json, BrokenRule broken)
    {
        json.WriteStartObject("broken");
        json.WriteString("rule", broken.Rule);
        json.WriteString("message", broken.Message);
        json.WriteEndObject();
    }
}
