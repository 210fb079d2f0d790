// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace RawMqtt;

/// <summary>Entries of a password file, one a line: <c>user:$pbkdf2-sha256$iterations$salt$hash</c>, salt and hash in base64.</summary>
public static class MqttPasswordFile
{
    private const int Iterations = 210_000;
    private const int SaltLength = 16;
    private const int HashLength = 32;
    private const string Scheme = "pbkdf2-sha256";

    /// <summary>Makes an entry with a fresh salt.</summary>
    /// <param name="userName">Without a colon.</param>
    /// <param name="password">Any bytes.</param>
    public static string CreateEntry(string userName, ReadOnlySpan<byte> password)
    {
        ArgumentException.ThrowIfNullOrEmpty(userName);
        if (userName.AsSpan().IndexOfAny(":\r\n") >= 0) throw new ArgumentException("A user name in a password file has no colon and no line break.", nameof(userName));
        byte[] salt = RandomNumberGenerator.GetBytes(SaltLength);
        byte[] hash = Rfc2898DeriveBytes.Pbkdf2(password, salt, Iterations, HashAlgorithmName.SHA256, HashLength);
        return $"{userName}:${Scheme}${Iterations}${Convert.ToBase64String(salt)}${Convert.ToBase64String(hash)}";
    }

    /// <summary>Whether <paramref name="password"/> is the one of <paramref name="entry"/>; takes some tens of milliseconds on purpose.</summary>
    public static bool Matches(string entry, ReadOnlySpan<byte> password)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return TryParse(entry, out int iterations, out byte[] salt, out byte[] expected)
            && CryptographicOperations.FixedTimeEquals(expected, Rfc2898DeriveBytes.Pbkdf2(password, salt, iterations, HashAlgorithmName.SHA256, HashLength));
    }

    /// <summary>The entries of a file by user name; empty lines and those that begin with # are left out.</summary>
    /// <exception cref="InvalidDataException">A line is no entry; what it says is not told, since it may be a password.</exception>
    internal static Dictionary<string, string> Read(string path)
    {
        var entries = new Dictionary<string, string>();
        int number = 0;
        foreach (string line in File.ReadAllLines(path, Encoding.UTF8))
        {
            number++;
            if (line.Length == 0 || line[0] == '#') continue;
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 1 || !TryParse(line, out _, out _, out _)) throw new InvalidDataException($"Line {number} is no entry.");
            entries[line[..colon]] = line;
        }

        return entries;
    }

    private static bool TryParse(string entry, out int iterations, out byte[] salt, out byte[] hash)
    {
        iterations = 0;
        salt = hash = [];
        string[] parts = entry[(entry.IndexOf(':', StringComparison.Ordinal) + 1)..].Split('$');
        if (parts is not ["", Scheme, string count, string saltText, string hashText]) return false;
        salt = FromBase64(saltText);
        hash = FromBase64(hashText);
        return int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out iterations) && iterations is >= 1 and <= 10_000_000 && salt.Length > 0 && hash.Length == HashLength;
    }

    private static byte[] FromBase64(string text)
    {
        byte[] bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out int length) ? bytes[..length] : [];
    }
}
