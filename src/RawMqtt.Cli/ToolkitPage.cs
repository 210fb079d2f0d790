// SPDX-License-Identifier: MIT

using System.CommandLine;
using System.Text;

namespace RawMqtt.Cli;

/// <summary>The page that <c>rawmqtt broker --toolkit</c> serves: the files beside the tool, each answered as it lies there.</summary>
internal sealed class ToolkitPage
{
    public static readonly Option<bool> Option = new("--toolkit")
    {
        Description = "Serve the toolkit, a page that connects to brokers, at / of the ws and wss listeners.",
    };

    private readonly Dictionary<string, ToolkitFile> files;

    private ToolkitPage(Dictionary<string, ToolkitFile> files) => this.files = files;

    /// <summary>Reads the files of the page.</summary>
    /// <param name="folder">Where they lie; null: beside the tool.</param>
    /// <exception cref="IOException">They are not there; the message says how they come there.</exception>
    public static ToolkitPage Load(string? folder = null)
    {
        folder ??= Path.Combine(AppContext.BaseDirectory, "toolkit");
        if (!File.Exists(Path.Combine(folder, "index.html")))
        {
            throw new IOException($"The page is not in {folder}. In a working copy, build it with: dotnet publish src/RawMqtt.Toolkit -c Release");
        }

        var files = new Dictionary<string, ToolkitFile>(StringComparer.Ordinal);
        foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            if (Path.GetExtension(file) is ".br" or ".gz") continue;
            files[$"/{Path.GetRelativePath(folder, file).Replace('\\', '/')}"] = new ToolkitFile(file);
        }

        files["/"] = files["/index.html"];
        return new ToolkitPage(files);
    }

    /// <summary>Returns the lines that name the page's addresses.</summary>
    public static string Describe(IReadOnlyList<string> addresses)
    {
        var text = new StringBuilder();
        foreach (string address in addresses.Where(address => address.StartsWith("ws", StringComparison.Ordinal)))
            text.Append("toolkit     ").Append(AddressOf(address)).Append('\n');
        return text.ToString();
    }

    /// <summary>Returns the page's address at a ws or wss listener. A listener of all addresses is reached by localhost too.</summary>
    public static string AddressOf(string listener)
    {
        var uri = new Uri(listener);
        string host = uri.Host is "0.0.0.0" or "[::]" ? "localhost" : uri.Host;
        return $"{(uri.Scheme == "wss" ? "https" : "http")}://{host}:{uri.Port}/";
    }

    /// <summary>Answers a GET or HEAD of one of the files; null for other paths. See <see cref="MqttBrokerOptions.AnswerHttp"/>.</summary>
    public ReadOnlyMemory<byte>? Answer(string listener, string head)
    {
        string[] lines = head.Split("\r\n");
        string[] request = lines[0].Split(' ');
        if (!files.TryGetValue(request[1].Split('?')[0], out ToolkitFile? file)) return null;
        return file.Answer(request[0] == "HEAD", FieldOf(lines, "Accept-Encoding"), FieldOf(lines, "If-None-Match"));
    }

    private static string FieldOf(string[] lines, string name) => string.Join(',', lines.Skip(1)
        .Where(line => line.Length > name.Length && line[name.Length] == ':' && line.StartsWith(name, StringComparison.OrdinalIgnoreCase))
        .Select(line => line[(name.Length + 1)..].Trim()));
}
