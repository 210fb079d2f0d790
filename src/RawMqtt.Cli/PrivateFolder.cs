// SPDX-License-Identifier: MIT

namespace RawMqtt.Cli;

/// <summary>A folder that only its user can enter, and its files, which change whole or not at all.</summary>
internal sealed class PrivateFolder
{
    private const UnixFileMode User = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Secret = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Shown = Secret | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Others = ~(User | UnixFileMode.StickyBit | UnixFileMode.SetGroup | UnixFileMode.SetUser);

    private readonly string path;

    /// <summary>Opens the folder, and makes it if it does not exist.</summary>
    /// <exception cref="IOException">Others can enter the folder.</exception>
    public PrivateFolder(string path)
    {
        this.path = Path.GetFullPath(path);
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(this.path); // below the user's own folder it is the user's alone
            return;
        }

        if (Path.GetDirectoryName(this.path) is { } parent) Directory.CreateDirectory(parent);
        Directory.CreateDirectory(this.path, User);
        if ((File.GetUnixFileMode(this.path) & Others) != 0)
        {
            throw new IOException($"Keys are kept only where other users cannot enter, and {this.path} is open to them. "
                + "Name a folder that does not exist yet, or run: chmod 700 on it.");
        }
    }

    public string PathOf(string name) => Path.Combine(path, name);

    /// <summary>Returns whether a file exists and no other user can read it.</summary>
    public bool IsSecret(string name) =>
        File.Exists(PathOf(name)) && (OperatingSystem.IsWindows() || (File.GetUnixFileMode(PathOf(name)) & Others) == 0);

    /// <summary>Writes a file: readers see the old content or the new one.</summary>
    public void Write(string name, string content, bool isSecret)
    {
        string unfinished = PathOf($"{name}.new");
        File.Delete(unfinished); // of a run that was ended
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = isSecret ? Secret : Shown;
        using (var writer = new StreamWriter(unfinished, options)) writer.Write(content);
        File.Move(unfinished, PathOf(name), overwrite: true);
    }

    /// <summary>Keeps other processes of the tool out until the result is disposed of.</summary>
    /// <exception cref="IOException">Another process has kept this one out for 10 seconds.</exception>
    public IDisposable Lock()
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = Secret;
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                return new FileStream(PathOf("lock"), options);
            }
            catch (IOException) when (attempt < 200)
            {
                Thread.Sleep(50);
            }
        }
    }
}
