// SPDX-License-Identifier: MIT

namespace RawMqtt.Interop.Parts;

/// <summary>Certificates made by openssl in a folder of their own; see make-certificates.sh.</summary>
internal sealed class Certificates : IDisposable
{
    private Certificates(string folder) => Folder = folder;

    public string Folder { get; }

    public string Authority => Path.Combine(Folder, "ca.crt");

    public static async Task<Certificates> MakeAsync()
    {
        _ = RealPart.OpenSsl;
        string folder = Directory.CreateTempSubdirectory("rawmqtt-certs-").FullName;
        Finished made = await RealProcess.RunAsync("bash", Path.Combine(RealPart.Folder, "Parts", "make-certificates.sh"), folder);
        Assert.True(made.ExitCode == 0, made.Error);
        return new Certificates(folder);
    }

    /// <summary>One of good, expired, notyet, wronghost, selfsigned.</summary>
    public string Chain(string name) => Path.Combine(Folder, $"{name}.chain.crt");

    public string Key(string name) => Path.Combine(Folder, $"{name}.key");

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
