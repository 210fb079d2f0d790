// SPDX-License-Identifier: MIT

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace RawMqtt.Cli;

/// <summary>The passphrase of a private key: from a file, from a variable, or asked for at the terminal. It is no argument, because a list of processes
/// shows arguments.</summary>
internal static class KeyPassphrase
{
    public const string Variable = "RAWMQTT_KEY_PASSWORD";

    public const string Description = $"A file whose first line is the passphrase of the key; else the variable {Variable}, else it is asked for.";

    /// <summary>Returns the passphrase; null if there is none, or no terminal to ask at.</summary>
    /// <param name="file">The file with the passphrase; null for none.</param>
    /// <param name="certificate">The file of the certificate, which may be PKCS #12.</param>
    /// <param name="key">The file of the key; null if the certificate's file has it.</param>
    public static string? Read(string? file, string? certificate, string? key)
    {
        if (file is not null) return File.ReadLines(file).FirstOrDefault("");
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } variable) return variable;
        if ((key ?? certificate) is not { } secret || !HiddenInput.IsPossible || !File.Exists(secret) || !IsEncrypted(secret)) return null;
        return HiddenInput.Ask($"passphrase of {TerminalText.Escape(secret)}: ");
    }

    /// <summary>Returns whether a file holds a key that needs a passphrase: in PEM, or PKCS #12.</summary>
    public static bool IsEncrypted(string file)
    {
        byte[] bytes = File.ReadAllBytes(file);
        if (bytes.AsSpan().IndexOf("-----BEGIN "u8) >= 0) return Encoding.Latin1.GetString(bytes).Contains("ENCRYPTED", StringComparison.Ordinal);
        try
        {
            X509CertificateLoader.LoadPkcs12Collection(bytes, null);
            return false;
        }
        catch (CryptographicException)
        {
            return bytes is [0x30, ..]; // what it is instead, the library says
        }
    }
}
