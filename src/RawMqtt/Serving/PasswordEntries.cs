// SPDX-License-Identifier: MIT

namespace RawMqtt.Serving;

/// <summary>The entries of a password file. The file is read again when its content changes: a file behind a link, or one with an older time, may be new.
/// If it cannot be used then, the entries before stay, and the log says so once.</summary>
internal sealed class PasswordEntries
{
    private readonly Lazy<string> dummyEntry = new(() => MqttPasswordFile.CreateEntry("dummy", "password"u8));
    private readonly Lock gate = new();
    private readonly BrokerReports reports;
    private readonly KnownLogins known;
    private Dictionary<string, string> entries = [];
    private byte[]? read;
    private byte[]? unusable;

    /// <exception cref="MqttException"><see cref="MqttErrorCode.InvalidOptions"/>: the file cannot be used.</exception>
    public PasswordEntries(string file, BrokerReports reports, TimeProvider time)
    {
        known = new KnownLogins(time);
        File = file;
        this.reports = reports;
        Refresh();
    }

    public string File { get; }

    public int Count => entries.Count;

    /// <summary>Gets whether an unknown name was checked: the first one costs a hash more.</summary>
    public bool HasDummy => dummyEntry.IsValueCreated;

    /// <summary>Returns whether the password is that of the user. An unknown name is hashed too, so that the time does not tell which names exist.</summary>
    public bool Matches(string userName, ReadOnlySpan<byte> password)
    {
        Dictionary<string, string> from = entries;
        bool isKnown = from.TryGetValue(userName, out string? entry);
        if (!MqttPasswordFile.Matches(entry ?? dummyEntry.Value, password) || !isKnown) return false;
        lock (gate)
        {
            if (from == entries) known.Add(userName, password); // else the file has changed meanwhile
        }

        return true;
    }

    /// <summary>Returns whether the password was that of the user a moment ago.</summary>
    public bool IsKnown(string userName, ReadOnlySpan<byte> password) => known.Contains(userName, password);

    /// <summary>Reads the file again if its content has changed.</summary>
    public void Refresh()
    {
        lock (gate)
        {
            byte[] content = [];
            try
            {
                content = System.IO.File.ReadAllBytes(File);
                if (content.AsSpan().SequenceEqual(read))
                {
                    unusable = null; // what was broken is mended
                    return;
                }

                entries = MqttPasswordFile.Parse(content);
                (read, unusable) = (content, null);
                known.Clear();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
            {
                if (read is null)
                {
                    string text = $"The password file {File} cannot be read: {e.Message} Make entries with \"rawmqtt passwd\".";
                    throw new MqttException(MqttErrorCode.InvalidOptions, text, e);
                }

                if (unusable is not null && content.AsSpan().SequenceEqual(unusable)) return;
                unusable = content;
                reports.PasswordFileUnusable(File, e);
            }
        }
    }
}
