// SPDX-License-Identifier: MIT

using System.Text;
using System.Text.Json;
using RawMqtt.Server.Bridging;

namespace RawMqtt.Server.Configuration;

/// <summary>Reads the members of a configuration file: JSON, with comments and a comma behind the last member allowed.</summary>
internal sealed class ConfigurationFile
{
    private const string SchemaMember = "$schema";
    private const string LimitsMember = "Limits";

    private static readonly JsonReaderOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    private readonly string path;
    private readonly byte[] content;
    private readonly Dictionary<string, int> lines = [];

    private ConfigurationFile(string path, byte[] content)
    {
        this.path = path;
        this.content = content.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? content[Encoding.UTF8.Preamble.Length..] : content;
    }

    /// <summary>Returns the members of a file with their lines. File names in it are relative to its folder.</summary>
    /// <exception cref="ConfigurationException">The file cannot be read, or a member is wrong; the message has line and path of the member.</exception>
    public static List<(Setting Setting, object? Value, int Line)> Read(string path)
    {
        try
        {
            return Read(path, File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"The configuration file {path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Returns the members of a file with this content.</summary>
    internal static List<(Setting Setting, object? Value, int Line)> Read(string path, byte[] content)
    {
        try
        {
            return new ConfigurationFile(path, content).ReadMembers();
        }
        catch (JsonException e)
        {
            string cause = e.Message[..Math.Max(0, e.Message.IndexOf(" LineNumber:", StringComparison.Ordinal))].TrimEnd('.');
            string text = $"{path}:{e.LineNumber + 1}: this is not JSON: {cause}. Names and texts stand in double quotes.";
            throw new ConfigurationException(text, e);
        }
    }

    private List<(Setting Setting, object? Value, int Line)> ReadMembers()
    {
        var members = new List<(Setting, object?, int)>();
        var reader = new Utf8JsonReader(content, Lenient);
        reader.Read();
        ReadObject(ref reader, "", members);
        reader.Read();
        return members;
    }

    private void ReadObject(ref Utf8JsonReader reader, string prefix, List<(Setting Setting, object? Value, int Line)> members)
    {
        if (reader.TokenType != JsonTokenType.StartObject) throw Fault(reader, prefix.TrimEnd('.'), "it must be an object, {...}");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            int line = LineOf(reader);
            string name = prefix + ReadText(reader, prefix);
            if (!lines.TryAdd(name, line)) throw Fault(reader, name, $"it is there twice, first in line {lines[name]}");
            if (prefix.Length == 0 && name == LimitsMember)
            {
                reader.Read();
                ReadObject(ref reader, SettingTable.LimitPrefix, members);
            }
            else if (SettingTable.TryFind(name, out Setting? setting) && setting.IsLimit == prefix.Length > 0)
            {
                reader.Read();
                members.Add((setting, ReadValue(ref reader, setting, setting.Name), line));
            }
            else if (prefix.Length > 0 || name != SchemaMember)
            {
                throw Fault(reader, name, $"this member is not known{HintFor(name)}");
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }
    }

    private object? ReadValue(ref Utf8JsonReader reader, Setting setting, string name)
    {
        try
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.True or JsonTokenType.False when setting.Kind == SettingKind.Flag:
                    return reader.GetBoolean();
                case JsonTokenType.Null when setting.IsOptional:
                    return null;
                case JsonTokenType.Number when setting.Kind is SettingKind.Count or SettingKind.Bytes:
                    return reader.TryGetDouble(out double number) ? SettingText.Check(setting, number) : throw SettingText.Wrong(setting);
                case JsonTokenType.Number when setting.Kind == SettingKind.Time:
                    return reader.TryGetDouble(out double seconds) ? SettingText.Seconds(setting, seconds) : throw SettingText.Wrong(setting);
                case JsonTokenType.String when setting.Kind == SettingKind.File:
                    string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
                    return Path.GetFullPath((string)SettingText.Parse(setting, NotEmpty(reader, setting, name))!, folder);
                case JsonTokenType.String
                    when setting.Kind is not (SettingKind.Flag or SettingKind.Texts or SettingKind.Count or SettingKind.Bridges):
                    return SettingText.Parse(setting, NotEmpty(reader, setting, name));
                case JsonTokenType.StartArray when setting.Kind == SettingKind.Texts:
                    return ReadTexts(ref reader, setting, name);
                case JsonTokenType.StartArray when setting.Kind == SettingKind.Bridges:
                    return ReadBridges(ref reader, setting);
                default:
                    throw SettingText.Wrong(setting);
            }
        }
        catch (FormatException e)
        {
            throw Fault(reader, name, e.Message);
        }
    }

    private List<BridgeSettings> ReadBridges(ref Utf8JsonReader reader, Setting setting)
    {
        var bridges = new List<BridgeSettings>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            string name = $"{setting.Name}[{bridges.Count}]";
            if (reader.TokenType != JsonTokenType.StartObject) throw Fault(reader, name, "it must be an object, {...}");
            int line = LineOf(reader);
            BridgeSettings bridge = ReadBridge(ref reader, name);
            if (bridge.FindFault() is { } fault) throw new ConfigurationException($"{path}:{line}: {name}: {fault}.");
            if (bridges.Any(other => other.Name == bridge.Name)) throw new ConfigurationException($"{path}:{line}: {name}: another one has this name.");
            bridges.Add(bridge);
        }

        return bridges;
    }

    private BridgeSettings ReadBridge(ref Utf8JsonReader reader, string prefix)
    {
        BrokerSettings settings = BridgeTable.Empty;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = ReadText(reader, prefix);
            string path = $"{prefix}.{name}";
            if (!lines.TryAdd(path, LineOf(reader))) throw Fault(reader, path, $"it is there twice, first in line {lines[path]}");
            if (!BridgeTable.TryFind(name, out Setting? member))
                throw Fault(reader, path, $"this member is not known{NearestName.Hint(name, BridgeTable.All.Select(one => one.Name))}");
            reader.Read();
            settings = member.Set(settings, ReadValue(ref reader, member, path));
        }

        return settings.Bridges[0];
    }

    private string NotEmpty(in Utf8JsonReader reader, Setting setting, string name)
    {
        string text = ReadText(reader, name);
        return text.Length > 0 && text != "null" ? text : throw SettingText.Wrong(setting);
    }

    private List<string> ReadTexts(ref Utf8JsonReader reader, Setting setting, string name)
    {
        var texts = new List<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.String) throw SettingText.Wrong(setting);
            texts.Add(ReadText(reader, $"{name}[{texts.Count}]"));
        }

        return texts;
    }

    /// <summary>Returns a text; one that is not UTF-8 is an error at its place.</summary>
    private string ReadText(in Utf8JsonReader reader, string name)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Fault(reader, name.TrimEnd('.'), "the text is not UTF-8");
        }
    }

    /// <summary>A limit that stands outside of "Limits" is named with its place.</summary>
    private static string HintFor(string name)
    {
        string inner = name.StartsWith(SettingTable.LimitPrefix, StringComparison.Ordinal) ? name[SettingTable.LimitPrefix.Length..] : name;
        Setting[] same = [.. SettingTable.All.Where(setting => setting.ShortName == inner)];
        if (same.Length > 0) return $"; {inner} stands {(same[0].IsLimit ? "within \"Limits\"" : "outside of \"Limits\"")}";
        return NearestName.Hint(name, [.. SettingTable.All.Select(setting => setting.Name), LimitsMember]);
    }

    private ConfigurationException Fault(in Utf8JsonReader reader, string name, string fault) =>
        new($"{path}:{LineOf(reader)}: {(name.Length == 0 ? "the configuration" : name)}: {fault}.");

    private int LineOf(in Utf8JsonReader reader) => content.AsSpan(0, (int)reader.TokenStartIndex).Count((byte)'\n') + 1;
}
