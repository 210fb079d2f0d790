// SPDX-License-Identifier: MIT

namespace RawMqtt.Brokers;

/// <summary>What the retained messages of one user take, or of one client without a user name.</summary>
internal sealed class RetainedOwner(byte[] name)
{
    public byte[] Name { get; } = name;

    public int Count { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>Levels of the topics; a level that several topics share counts for each.</summary>
    public int Levels { get; private set; }

    /// <summary>Adds a message, or with the sign -1 removes it.</summary>
    public void Change(int sign, int bytes, int levels)
    {
        Count += sign;
        Bytes += sign * bytes;
        Levels += sign * levels;
    }
}
