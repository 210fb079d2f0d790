// SPDX-License-Identifier: MIT

using System.Text;

namespace RawMqtt.Clients;

/// <summary>Tells which topic names a server sends for a filter. Some servers subscribe to an inner filter for names that begin with <c>$</c>.</summary>
internal static class ServedFilter
{
    /// <summary>Returns the filter to compare topic names with: FILTER for <c>$share/NAME/FILTER</c>, <c>$queue/FILTER</c> and <c>$exclusive/FILTER</c>;
    /// otherwise the filter itself.</summary>
    public static byte[] Of(string filter) => Encoding.UTF8.GetBytes(Inner(filter));

    private static string Inner(string filter)
    {
        if (Rest(filter, "$queue/") is string queue) return queue;
        if (Rest(filter, "$exclusive/") is string exclusive) return exclusive;
        if (Rest(filter, "$share/") is not string shared) return filter;
        int end = shared.IndexOf('/', StringComparison.Ordinal);
        return end > 0 && end + 1 < shared.Length ? shared[(end + 1)..] : filter;
    }

    private static string? Rest(string filter, string prefix) =>
        filter.Length > prefix.Length && filter.StartsWith(prefix, StringComparison.Ordinal) ? filter[prefix.Length..] : null;
}
