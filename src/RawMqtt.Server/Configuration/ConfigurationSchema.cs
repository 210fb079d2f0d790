// SPDX-License-Identifier: MIT

using System.Text;
using System.Text.Json;
using RawMqtt.Server.Bridging;

namespace RawMqtt.Server.Configuration;

/// <summary>Writes the JSON schema of the configuration file, which stands in docs/.</summary>
internal static class ConfigurationSchema
{
    /// <summary>Returns the schema as text.</summary>
    public static string Write()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, NewLine = "\n" }))
        {
            json.WriteStartObject();
            json.WriteString("$schema", "https://json-schema.org/draft/2020-12/schema");
            json.WriteString("title", "The configuration file of rawmqtt broker");
            BeginObject(json, "Each member is optional. Comments are allowed, although JSON knows none.");
            json.WriteStartObject("$schema");
            json.WriteString("type", "string");
            json.WriteEndObject();
            foreach (Setting setting in SettingTable.All.Where(setting => !setting.IsLimit)) WriteSetting(json, setting, BrokerConfiguration.Default.Settings);
            json.WriteStartObject("Limits");
            BeginObject(json, "The limits of the broker's memory and work.");
            foreach (Setting setting in SettingTable.All.Where(setting => setting.IsLimit)) WriteSetting(json, setting, BrokerConfiguration.Default.Settings);
            for (int i = 0; i < 4; i++) json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray()) + "\n";
    }

    private static void BeginObject(Utf8JsonWriter json, string description)
    {
        json.WriteString("description", description);
        json.WriteString("type", "object");
        json.WriteBoolean("additionalProperties", false);
        json.WriteStartObject("properties");
    }

    private static void WriteSetting(Utf8JsonWriter json, Setting setting, BrokerSettings defaults)
    {
        json.WriteStartObject(setting.ShortName);
        json.WriteString("description", setting.Description);
        string[] types = [.. TypesOf(setting.Kind), .. setting.IsOptional ? ["null"] : Array.Empty<string>()];
        json.WriteStartArray("type");
        foreach (string type in types) json.WriteStringValue(type);
        json.WriteEndArray();
        if (setting.Kind == SettingKind.Texts)
        {
            json.WriteStartObject("items");
            json.WriteString("type", "string");
            json.WriteEndObject();
        }

        if (setting.Kind == SettingKind.Bridges) WriteBridge(json);
        if (setting.Choices.Count > 0)
        {
            json.WriteStartArray("enum");
            foreach (string choice in setting.Choices) json.WriteStringValue(choice);
            json.WriteEndArray();
        }

        if (types.Contains("integer") || types.Contains("number")) json.WriteNumber("minimum", 0);
        if (setting.Maximum != long.MaxValue) json.WriteNumber("maximum", setting.Maximum);
        json.WritePropertyName("default");
        json.WriteRawValue(SettingText.ToJson(setting.Get(defaults)));
        json.WriteEndObject();
    }

    private static void WriteBridge(Utf8JsonWriter json)
    {
        json.WriteStartObject("items");
        BeginObject(json, "A bridge to another broker.");
        foreach (Setting member in BridgeTable.All) WriteSetting(json, member, BridgeTable.Empty);
        json.WriteEndObject();
        json.WriteStartArray("required");
        foreach (string name in new[] { nameof(BridgeSettings.Name), nameof(BridgeSettings.Addresses), nameof(BridgeSettings.Topics) })
            json.WriteStringValue(name);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string[] TypesOf(SettingKind kind) => kind switch
    {
        SettingKind.Flag => ["boolean"],
        SettingKind.Texts or SettingKind.Bridges => ["array"],
        SettingKind.Count => ["integer"],
        SettingKind.Bytes => ["integer", "string"],
        SettingKind.Time => ["number", "string"],
        _ => ["string"],
    };
}
