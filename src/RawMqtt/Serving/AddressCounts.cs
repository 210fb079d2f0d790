// SPDX-License-Identifier: MIT

using System.Net;

namespace RawMqtt.Serving;

/// <summary>Counts the connections of each address, up to a limit.</summary>
internal sealed class AddressCounts(int limit)
{
    private readonly Dictionary<IPAddress, int> counts = [];

    public bool TryAdd(IPAddress address)
    {
        int count = counts.GetValueOrDefault(address);
        if (count >= limit) return false;
        counts[address] = count + 1;
        return true;
    }

    public void Remove(IPAddress address)
    {
        if (--counts[address] == 0) counts.Remove(address);
    }
}
