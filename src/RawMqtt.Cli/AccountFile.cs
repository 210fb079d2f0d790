// SPDX-License-Identifier: MIT

using System.Text.Json;

namespace RawMqtt.Cli;

/// <summary>The file in which a user keeps addresses and logins: <c>~/.config/rawmqtt/config.json</c>.</summary>
/// <remarks><code>
/// { "default": "home", "accounts": { "home": { "url": "wss://broker.example:8084/mqtt", "username": "me", "password": "..." } } }
/// </code></remarks>
internal static class AccountFile
{
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>Gets where the file is.</summary>
    public static string UsualPath => Path.Combine(ConfigFolder, "rawmqtt", "config.json");

    /// <summary>Gets the folder of the user's configuration.</summary>
    public static string ConfigFolder => Environment.GetEnvironmentVariable("XDG_CONFIG_HOME") is { Length: > 0 } folder ? folder
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".config");

    /// <summary>Returns the account with the name, or the default one; null if no name is given and the file has no default, or does not exist.</summary>
    /// <exception cref="FileNotFoundException">A name is given, and there is no file.</exception>
    /// <exception cref="ArgumentException">The file has no such account, or cannot be used; the message says why.</exception>
    public static Account? Find(string? name, string path)
    {
        if (!File.Exists(path)) return name is null ? null : throw new FileNotFoundException($"--account {name}: there is no file {path}.");
        byte[] json = File.ReadAllBytes(path);
        try
        {
            using var document = JsonDocument.Parse(json, Lenient);
            RequirePrivate(document.RootElement, path);
            name ??= document.RootElement.TryGetProperty("default", out JsonElement usual) ? usual.GetString() : null;
            if (name is null) return null;
            bool hasAccounts = document.RootElement.TryGetProperty("accounts", out JsonElement accounts);
            if (hasAccounts && accounts.TryGetProperty(name, out JsonElement found)) return Read(found);
            string names = accounts.ValueKind == JsonValueKind.Object ? string.Join(", ", accounts.EnumerateObject().Select(one => one.Name)) : "none";
            throw new ArgumentException($"{path} has no account \"{name}\". There are: {names}.");
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            throw new ArgumentException($"{path} cannot be read: {failure.Message}", failure);
        }
        catch (MqttException failure)
        {
            throw new ArgumentException($"{path}, account \"{name}\": {failure.Message} And: url, cafile, cert, key.", failure);
        }
    }

    private static Account Read(JsonElement account)
    {
        string? url = null, caFile = null, cert = null, key = null;
        using var rest = new MemoryStream();
        using (var writer = new Utf8JsonWriter(rest))
        {
            writer.WriteStartObject();
            foreach (JsonProperty member in account.EnumerateObject())
            {
                switch (member.Name)
                {
                    case "url": url = member.Value.GetString(); break;
                    case "cafile": caFile = member.Value.GetString(); break;
                    case "cert": cert = member.Value.GetString(); break;
                    case "key": key = member.Value.GetString(); break;
                    default: member.WriteTo(writer); break;
                }
            }

            writer.WriteEndObject();
        }

        return new Account(url, OptionsJson.Read(rest.ToArray())) { CaFile = caFile, Cert = cert, Key = key };
    }

    private static void RequirePrivate(JsonElement root, string path)
    {
        if (OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & Others) == 0) return; // on Windows the profile is the user's alone
        if (root.TryGetProperty("accounts", out JsonElement accounts) && accounts.EnumerateObject().Any(account => HasSecret(account.Value)))
        {
            throw new ArgumentException($"Other users can read {path}, and it has a password: run chmod 600 on it.");
        }
    }

    private static bool HasSecret(JsonElement account) => account.TryGetProperty("password", out _)
        || (account.TryGetProperty("url", out JsonElement url) && url.GetString() is { } text && text.Contains('@', StringComparison.Ordinal));
}
