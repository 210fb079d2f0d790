// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using RawMqtt.Server.Bridging;

namespace RawMqtt.Server.Configuration;

/// <summary>Reads and writes values as text: those of the command line and the environment, and texts of the file.</summary>
internal static class SettingText
{
    private static readonly SearchValues<char> numberLetters = SearchValues.Create("0123456789.");

    private static readonly (string Unit, double Factor)[] byteUnits =
        [("bytes", 1), ("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("kB", 1e3), ("MB", 1e6), ("GB", 1e9)];

    private static readonly (string Unit, double Factor)[] timeUnits = [("ms", 1e-3), ("s", 1), ("min", 60), ("h", 3600), ("d", 86_400)];

    /// <summary>Returns the value that a text means. The texts of a list are separated by commas.</summary>
    /// <exception cref="FormatException">The text means no value of this setting; the message says what it must be.</exception>
    public static object? Parse(Setting setting, string text)
    {
        if (setting.IsOptional && text is "null" or "") return null;
        return setting.Kind switch
        {
            SettingKind.Flag => bool.TryParse(text, out bool flag) ? flag : throw Wrong(setting),
            SettingKind.Choice => setting.Choices.FirstOrDefault(one => one.Equals(text, StringComparison.OrdinalIgnoreCase)) ?? throw Wrong(setting),
            SettingKind.Bridges => BridgeText.Parse(text),
            SettingKind.Texts => text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
            SettingKind.Count => Check(setting, Measure(text, []) ?? throw Wrong(setting)),
            SettingKind.Bytes => Check(setting, Measure(text, byteUnits) ?? throw Wrong(setting)),
            SettingKind.Time => Seconds(setting, Measure(text, timeUnits) ?? throw Wrong(setting)),
            _ => text.Length > 0 && !text.Contains('\0', StringComparison.Ordinal) ? text : throw Wrong(setting),
        };
    }

    /// <summary>Returns a number that a setting may have.</summary>
    public static long Check(Setting setting, double number) =>
        number >= 0 && number <= setting.Maximum && number == Math.Floor(number) && number < long.MaxValue ? (long)number : throw Wrong(setting);

    /// <summary>Returns a time that a setting may have.</summary>
    public static TimeSpan Seconds(Setting setting, double seconds) =>
        seconds >= 0 && seconds <= TimeSpan.FromDays(36_500).TotalSeconds ? TimeSpan.FromSeconds(seconds) : throw Wrong(setting);

    /// <summary>Returns the error for a value of the wrong form.</summary>
    public static FormatException Wrong(Setting setting)
    {
        string wanted = setting.Kind switch
        {
            SettingKind.Flag => "true or false",
            SettingKind.Choice => $"one of {string.Join(", ", setting.Choices)}",
            SettingKind.Texts => "a list of texts",
            SettingKind.Bridges => "a list of bridges, [{\"Name\": ..., \"Addresses\": [...], \"Topics\": [...]}]",
            SettingKind.Count => $"a whole number from 0 to {setting.Maximum}",
            SettingKind.Bytes => $"a number of bytes such as 65536 or \"64 KiB\", at most {setting.Maximum}",
            SettingKind.Time => "a number of seconds such as 90, or a text such as \"90 s\", \"5 min\", \"2 h\" or \"7 d\"",
            SettingKind.File => "the name of a file",
            _ => "a text that is not empty",
        };
        return new FormatException($"it must be {wanted}{(setting.IsOptional ? ", or null" : "")}");
    }

    /// <summary>Returns a value as JSON.</summary>
    public static string ToJson(object? value) => value switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        string text => Quote(text),
        long number => number.ToString(CultureInfo.InvariantCulture),
        TimeSpan time => time.TotalSeconds.ToString("R", CultureInfo.InvariantCulture),
        IEnumerable<string> texts => $"[{string.Join(", ", texts.Select(Quote))}]",
        IEnumerable<BridgeSettings> bridges => $"[{string.Join(", ", bridges.Select(ToJson))}]",
        _ => throw new ArgumentException($"{value.GetType().Name} is no type of a setting.", nameof(value)),
    };

    private static string ToJson(BridgeSettings bridge) =>
        $"{{{string.Join(", ", BridgeTable.Set(bridge).Select(one => $"\"{one.Setting.Name}\": {ToJson(one.Value)}"))}}}";

    private static string Quote(string text) => $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"";

    /// <summary>Returns the number at the start of a text, times the unit behind it; null if there is none.</summary>
    private static double? Measure(string text, (string Unit, double Factor)[] units)
    {
        int end = text.AsSpan().IndexOfAnyExcept(numberLetters);
        string unit = end < 0 ? "" : text[end..].Trim();
        if (!double.TryParse(end < 0 ? text : text[..end], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number)) return null;
        if (unit.Length == 0) return number;
        foreach ((string name, double factor) in units)
        {
            if (name.Equals(unit, StringComparison.OrdinalIgnoreCase)) return number * factor;
        }

        return null;
    }
}
