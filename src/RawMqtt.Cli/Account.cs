// SPDX-License-Identifier: MIT

namespace RawMqtt.Cli;

/// <summary>A broker and a login that a user has named in the account file.</summary>
/// <param name="Url">The address; null if the account has none.</param>
/// <param name="Options">The members that have the names of JavaScript clients.</param>
internal sealed record Account(string? Url, MqttClientOptions Options)
{
    /// <summary>Gets the file of authorities; null for none.</summary>
    public string? CaFile { get; init; }

    /// <summary>Gets the file of the client's own certificate; null for none.</summary>
    public string? Cert { get; init; }

    /// <summary>Gets the file of its key; null for none.</summary>
    public string? Key { get; init; }

    /// <summary>Gets whether the tool uses TLS for host and port: true for an account with certificates, null if the account does not say.</summary>
    public bool? HasTls => (CaFile ?? Cert) is not null ? true : null;

    /// <summary>Shows no secrets.</summary>
    public override string ToString() => nameof(Account);
}
