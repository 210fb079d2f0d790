// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Text;
using RawMqtt.Server.Configuration;
using RawMqtt.Server.Mosquitto;

namespace RawMqtt.Server;

/// <summary>Translates a mosquitto.conf into a configuration file.</summary>
public sealed class MosquittoImport
{
    private MosquittoImport(string text, IReadOnlyList<string> remarks)
    {
        Text = text;
        Remarks = remarks;
    }

    /// <summary>Gets the configuration file. Its comments say which line each setting came from.</summary>
    public string Text { get; }

    /// <summary>Gets what could not be translated, or not exactly: one sentence for each line.</summary>
    public IReadOnlyList<string> Remarks { get; }

    /// <summary>Reads a mosquitto.conf, and the files that it includes. File names in it stay as they are: those of mosquitto are relative to the folder in
    /// which it runs.</summary>
    /// <exception cref="ConfigurationException">A file cannot be read.</exception>
    public static MosquittoImport Read(string path)
    {
        var translation = new MosquittoTranslation();
        translation.Take(MosquittoLines.Read(path));
        return new MosquittoImport(Write(translation), translation.Remarks);
    }

    private static string Write(MosquittoTranslation translation)
    {
        var text = new StringBuilder("{\n");
        foreach (string remark in translation.Remarks) text.Append("  // not translated: ").Append(remark.ReplaceLineEndings(" ")).Append('\n');
        Setting[] set = [.. SettingTable.All.Where(setting => translation.Settings.ContainsKey(setting.Name))];
        Setting[] limits = [.. set.Where(setting => setting.IsLimit)];
        foreach (Setting setting in set.Except(limits)) Append(text, "  ", setting, translation);
        if (limits.Length > 0)
        {
            text.Append("  \"Limits\": {\n");
            foreach (Setting limit in limits) Append(text, "    ", limit, translation);
            text.Append("  },\n");
        }

        return text.Append("}\n").ToString();
    }

    private static void Append(StringBuilder text, string indent, Setting setting, MosquittoTranslation translation)
    {
        (string json, string place) = translation.Settings[setting.Name];
        text.Append(CultureInfo.InvariantCulture, $"{indent}\"{setting.ShortName}\": {json}, // {place.ReplaceLineEndings(" ")}\n");
    }
}
