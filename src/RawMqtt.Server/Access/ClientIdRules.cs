// SPDX-License-Identifier: MIT

namespace RawMqtt.Server.Access;

/// <summary>The client identifiers that each user may take.</summary>
internal sealed class ClientIdRules
{
    private const string AnyUser = "*";

    private readonly Dictionary<string, List<string>> patterns = [];

    /// <param name="entries">Entries of the form <c>USER=PATTERN</c>.</param>
    /// <exception cref="ConfigurationException">An entry has another form.</exception>
    public ClientIdRules(IReadOnlyList<string> entries)
    {
        foreach (string entry in entries)
        {
            int equals = entry.LastIndexOf('=');
            if (equals < 1) throw new ConfigurationException($"{nameof(BrokerSettings.ClientIds)}: \"{entry}\" does not have the form USER=PATTERN.");
            string user = entry[..equals];
            if (!patterns.TryGetValue(user, out List<string>? ofUser)) patterns.Add(user, ofUser = []);
            ofUser.Add(entry[(equals + 1)..]);
        }
    }

    /// <summary>Returns whether a client may take an identifier. A client without a user name is judged by the entries of *.</summary>
    public bool IsAllowed(string? userName, string clientId)
    {
        List<string>? own = userName is null or AnyUser ? null : patterns.GetValueOrDefault(userName);
        own ??= patterns.GetValueOrDefault(AnyUser);
        return own is null || own.Any(pattern => Matches(pattern, userName, clientId));
    }

    /// <summary>A * of the pattern stands for any text; one in the user name is a letter.</summary>
    private static bool Matches(string pattern, string? userName, string clientId)
    {
        if (userName is null && pattern.Contains("%u", StringComparison.Ordinal)) return false;
        string[] parts = [.. pattern.Split('*').Select(part => part.Replace("%u", userName, StringComparison.Ordinal))];
        if (parts.Length == 1) return clientId == parts[0];
        if (!clientId.StartsWith(parts[0], StringComparison.Ordinal)) return false;
        int at = parts[0].Length;
        foreach (string part in parts[1..^1])
        {
            int found = clientId.IndexOf(part, at, StringComparison.Ordinal);
            if (found < 0) return false;
            at = found + part.Length;
        }

        return clientId.Length - at >= parts[^1].Length && clientId.EndsWith(parts[^1], StringComparison.Ordinal);
    }
}
