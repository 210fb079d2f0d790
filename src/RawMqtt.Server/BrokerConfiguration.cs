// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Text;
using RawMqtt.Server.Configuration;

namespace RawMqtt.Server;

/// <summary>The settings of a broker, and where each came from. The object is immutable; of two sources the later one counts.</summary>
public sealed class BrokerConfiguration
{
    /// <summary>The variables of the environment that set something begin with this.</summary>
    public const string EnvironmentPrefix = "RAWMQTT_BROKER_";

    private const string FileVariable = EnvironmentPrefix + "CONFIG";

    private readonly Dictionary<string, string> sources;

    private BrokerConfiguration(BrokerSettings settings, Dictionary<string, string> sources)
    {
        Settings = settings;
        this.sources = sources;
    }

    /// <summary>Gets the configuration in which nothing is set.</summary>
    public static BrokerConfiguration Default { get; } = new(new BrokerSettings(), []);

    /// <summary>Gets the effective settings.</summary>
    public BrokerSettings Settings { get; }

    /// <summary>Gets the names of all settings; that of a limit begins with <c>Limits.</c>.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. SettingTable.All.Select(setting => setting.Name)];

    /// <summary>Returns the configuration file that the environment names; null for none.</summary>
    public static string? FileIn(IEnumerable<KeyValuePair<string, string>> environment) =>
        environment.FirstOrDefault(variable => variable.Key == FileVariable).Value;

    /// <summary>Returns where a setting came from, such as <c>broker.json:7</c>; <c>default</c> for a setting that nothing sets.</summary>
    public string SourceOf(string name) => sources.GetValueOrDefault(name, "default");

    /// <summary>Adds a file of settings: JSON with comments.</summary>
    /// <exception cref="ConfigurationException">The file cannot be read, or a member is wrong; the message has line and path of the member.</exception>
    public BrokerConfiguration WithFile(string path)
    {
        BrokerConfiguration result = this;
        foreach ((Setting setting, object? value, int line) in ConfigurationFile.Read(path)) result = result.With(setting, value, $"{path}:{line}");
        return result;
    }

    /// <summary>Adds the variables of the environment that begin with <see cref="EnvironmentPrefix"/>, such as RAWMQTT_BROKER_PASSWORD_FILE and
    /// RAWMQTT_BROKER_LIMITS_MAX_PACKET_LENGTH.</summary>
    /// <exception cref="ConfigurationException">A variable is not known, or its value is wrong.</exception>
    public BrokerConfiguration WithEnvironment(IEnumerable<KeyValuePair<string, string>> environment)
    {
        BrokerConfiguration result = this;
        foreach ((string variable, string value) in environment.OrderBy(one => one.Key, StringComparer.Ordinal))
        {
            if (!variable.StartsWith(EnvironmentPrefix, StringComparison.Ordinal) || variable == FileVariable) continue;
            Setting setting = SettingTable.All.FirstOrDefault(one => VariableOf(one.Name) == variable)
                ?? throw new ConfigurationException($"{variable} is not known{NearestName.Hint(variable, Names.Select(VariableOf))}.");
            result = result.With(setting, Parse(setting, value, variable), variable);
        }

        return result;
    }

    /// <summary>Adds one setting.</summary>
    /// <param name="name">Its name, such as <c>PasswordFile</c> or <c>Limits.MaxPacketLength</c>.</param>
    /// <param name="value">Its value as text; the parts of a list are separated by commas.</param>
    /// <param name="source">Where it comes from, for <see cref="SourceOf"/>.</param>
    /// <exception cref="ConfigurationException">The name is not known, or the value is wrong.</exception>
    public BrokerConfiguration With(string name, string value, string source)
    {
        Setting setting = SettingTable.Find(name);
        return With(setting, Parse(setting, value, name), source);
    }

    /// <summary>Returns the effective configuration as a file, with the source of each setting as a comment.</summary>
    public string Print()
    {
        var text = new StringBuilder("{\n");
        Setting[] limits = [.. SettingTable.All.Where(setting => setting.IsLimit)];
        foreach (Setting setting in SettingTable.All.Except(limits)) PrintSetting(text, setting, "  ", ",");
        text.Append("  \"Limits\": {\n");
        foreach (Setting limit in limits) PrintSetting(text, limit, "    ", limit == limits[^1] ? "" : ",");
        return text.Append("  }\n}\n").ToString();
    }

    internal BrokerConfiguration With(Setting setting, object? value, string source) =>
        new(setting.Set(Settings, value), new Dictionary<string, string>(sources) { [setting.Name] = source });

    /// <summary>Returns the variable of the environment for a setting: KeyFile is RAWMQTT_BROKER_KEY_FILE.</summary>
    internal static string VariableOf(string name)
    {
        var variable = new StringBuilder(EnvironmentPrefix);
        for (int i = 0; i < name.Length; i++)
        {
            if (name[i] == '.') variable.Append('_');
            else if (i > 0 && char.IsUpper(name[i]) && name[i - 1] != '.') variable.Append('_').Append(name[i]);
            else variable.Append(char.ToUpperInvariant(name[i]));
        }

        return variable.ToString();
    }

    private static object? Parse(Setting setting, string value, string name)
    {
        try
        {
            object? parsed = SettingText.Parse(setting, value);
            return setting.Kind == SettingKind.File && parsed is string file ? Path.GetFullPath(file) : parsed;
        }
        catch (FormatException e)
        {
            throw new ConfigurationException($"{name}: {e.Message}.", e);
        }
    }

    private void PrintSetting(StringBuilder text, Setting setting, string indent, string comma) => text.Append(
        CultureInfo.InvariantCulture,
        $"{indent}\"{setting.ShortName}\": {SettingText.ToJson(setting.Get(Settings))}{comma} // {SourceOf(setting.Name).ReplaceLineEndings(" ")}\n");
}
