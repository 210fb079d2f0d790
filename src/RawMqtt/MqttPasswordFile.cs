// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Unicode;

namespace RawMqtt;

/// <summary>Makes and checks the entries of a password file. The file has one entry a line: <c>user:$pbkdf2-sha256$iterations$salt$hash</c>, salt and hash in
/// base64; or an entry of mosquitto_passwd, <c>user:$7$iterations$salt$hash</c> or <c>user:$6$salt$hash</c>.</summary>
public static class MqttPasswordFile
{
    private const int Iterations = 210_000;
    private const int SaltLength = 16;
    private const int HashLength = 32;
    private const int LongHashLength = 64;
    private const string Scheme = "pbkdf2-sha256";

    /// <summary>Returns a new entry with a random salt. Takes some tens of milliseconds on purpose.</summary>
    /// <param name="userName">A name that does not begin with # and has no colon and no line break.</param>
    /// <param name="password">Any bytes.</param>
    /// <exception cref="ArgumentException"><paramref name="userName"/> is empty, begins with #, or contains a colon or a line break.</exception>
    public static string CreateEntry(string userName, ReadOnlySpan<byte> password)
    {
        ArgumentException.ThrowIfNullOrEmpty(userName);
        if (userName[0] is '#' or '\uFEFF' || userName.AsSpan().IndexOfAny(":\r\n\0") >= 0)
        {
            throw new ArgumentException("A user name in a password file must not begin with # and must not contain a colon or a line break.", nameof(userName));
        }

        byte[] salt = RandomNumberGenerator.GetBytes(SaltLength);
        byte[] hash = Rfc2898DeriveBytes.Pbkdf2(password, salt, Iterations, HashAlgorithmName.SHA256, HashLength);
        return $"{userName}:${Scheme}${Iterations}${Convert.ToBase64String(salt)}${Convert.ToBase64String(hash)}";
    }

    /// <summary>Returns whether <paramref name="entry"/> was made from <paramref name="password"/>. Takes some tens of milliseconds on purpose, also for
    /// entries of mosquitto_passwd: otherwise the time would tell which names exist.</summary>
    public static bool Matches(string entry, ReadOnlySpan<byte> password)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (!TryParse(entry, out int iterations, out byte[] salt, out byte[] expected)) return false;
        if (expected.Length == HashLength)
        {
            byte[] own = Rfc2898DeriveBytes.Pbkdf2(password, salt, iterations, HashAlgorithmName.SHA256, HashLength);
            return CryptographicOperations.FixedTimeEquals(expected, own);
        }

        _ = Rfc2898DeriveBytes.Pbkdf2(password, salt, Iterations, HashAlgorithmName.SHA256, HashLength);
        byte[] hash = iterations == 0 ? SHA512.HashData([.. password, .. salt])
            : Rfc2898DeriveBytes.Pbkdf2(password, salt, iterations, HashAlgorithmName.SHA512, LongHashLength);
        return CryptographicOperations.FixedTimeEquals(expected, hash);
    }

    /// <summary>Returns the entries of a file by user name. Empty lines and lines that begin with # are comments; a byte order mark is skipped.</summary>
    /// <exception cref="InvalidDataException">A line is not an entry, or not UTF-8. The message does not contain the line, because it may be a
    /// password.</exception>
    internal static Dictionary<string, string> Parse(ReadOnlySpan<byte> content)
    {
        if (content.StartsWith(Encoding.UTF8.Preamble)) content = content[3..];
        var entries = new Dictionary<string, string>();
        int number = 0;
        foreach (Range range in content.Split((byte)'\n'))
        {
            number++;
            ReadOnlySpan<byte> bytes = content[range].TrimEnd((byte)'\r');
            if (bytes.IsEmpty || bytes[0] == '#') continue;
            if (!Utf8.IsValid(bytes)) throw new InvalidDataException($"Line {number} is not UTF-8.");
            string line = Encoding.UTF8.GetString(bytes);
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon < 1 || !TryParse(line, out _, out _, out _)) throw new InvalidDataException($"Line {number} is not an entry.");
            entries[line[..colon]] = line;
        }

        return entries;
    }

    /// <summary>Reads an entry. One with 0 iterations is a single SHA-512 of password and salt, $6$; a hash of 64 bytes is made with SHA-512.</summary>
    private static bool TryParse(string entry, out int iterations, out byte[] salt, out byte[] hash)
    {
        string[] parts = entry[(entry.IndexOf(':', StringComparison.Ordinal) + 1)..].Split('$');
        (string count, string saltText, string hashText, int length) = parts switch
        {
            ["", Scheme, string first, string second, string third] => (first, second, third, HashLength),
            ["", "7", string first, string second, string third] => (first, second, third, LongHashLength),
            ["", "6", string first, string second] => ("0", first, second, LongHashLength),
            _ => ("", "", "", 0),
        };
        salt = FromBase64(saltText);
        hash = FromBase64(hashText);
        bool isCount = int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out iterations) && iterations <= 10_000_000;
        return isCount && (iterations > 0 || parts is [_, "6", ..]) && salt.Length > 0 && hash.Length == length;
    }

    private static byte[] FromBase64(string text)
    {
        byte[] bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out int length) ? bytes[..length] : [];
    }
}
