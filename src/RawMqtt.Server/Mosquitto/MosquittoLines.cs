// SPDX-License-Identifier: MIT

namespace RawMqtt.Server.Mosquitto;

/// <summary>Reads the lines of a mosquitto.conf and of the files that it includes.</summary>
internal static class MosquittoLines
{
    private const int MaxFiles = 1000;

    /// <summary>Returns the options in the order in which mosquitto takes them. A folder to include that is not there stays as a line.</summary>
    /// <exception cref="ConfigurationException">A file cannot be read.</exception>
    public static List<MosquittoLine> Read(string path)
    {
        var lines = new List<MosquittoLine>();
        Read(path, lines, []);
        return lines;
    }

    private static void Read(string path, List<MosquittoLine> into, HashSet<string> files)
    {
        if (!files.Add(Path.GetFullPath(path)) || files.Count > MaxFiles) throw new ConfigurationException($"{path} includes itself, or too many files.");
        int number = 0;
        foreach (string text in LinesOf(path))
        {
            number++;
            string line = text.Trim();
            if (line.Length == 0 || line[0] == '#') continue;
            int end = line.IndexOfAny([' ', '\t']);
            string value = end < 0 ? "" : line[end..].Trim();
            var option = new MosquittoLine(path, number, end < 0 ? line : line[..end], value);
            if (option.Name == "include_dir" && Directory.Exists(value))
            {
                foreach (string file in Directory.EnumerateFiles(value, "*.conf").Order(StringComparer.Ordinal)) Read(file, into, files);
            }
            else
            {
                into.Add(option);
            }
        }
    }

    private static string[] LinesOf(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"{path} cannot be read: {e.Message}", e);
        }
    }
}
