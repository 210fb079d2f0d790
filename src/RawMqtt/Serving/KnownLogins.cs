// SPDX-License-Identifier: MIT

using System.Security.Cryptography;
using System.Text;

namespace RawMqtt.Serving;

/// <summary>Remembers logins that succeeded, for a minute at most and not beyond a change of the password file, so that clients that come back do not
/// wait behind others. It holds digests under a key of this process, no passwords.</summary>
internal sealed class KnownLogins(TimeProvider time)
{
    private const int MaxCount = 10_000;

    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60);

    private readonly byte[] key = RandomNumberGenerator.GetBytes(32);
    private readonly Dictionary<string, long> added = [];

    public bool Contains(string name, ReadOnlySpan<byte> password)
    {
        string digest = DigestOf(name, password);
        lock (added) return added.TryGetValue(digest, out long since) && time.GetElapsedTime(since) < Lifetime;
    }

    public void Add(string name, ReadOnlySpan<byte> password)
    {
        string digest = DigestOf(name, password);
        lock (added)
        {
            if (added.Count >= MaxCount) added.Clear();
            added[digest] = time.GetTimestamp();
        }
    }

    public void Clear()
    {
        lock (added) added.Clear();
    }

    private string DigestOf(string name, ReadOnlySpan<byte> password)
    {
        byte[] user = Encoding.UTF8.GetBytes(name);
        byte[] both = [.. BitConverter.GetBytes(user.Length), .. user, .. password];
        return Convert.ToBase64String(HMACSHA256.HashData(key, both));
    }
}
