// SPDX-License-Identifier: MIT

namespace RawMqtt.Server;

/// <summary>Contains all that an operator can set: the broker's options, and what this assembly adds to them. The record is immutable.</summary>
public sealed record BrokerSettings
{
    /// <summary>Gets the broker's options and limits, without its hooks.</summary>
    public MqttBrokerOptions Options { get; init; } = new();

    /// <summary>Gets the file whose first line is the passphrase of the private key; null for none. The passphrase itself cannot be set, so that no
    /// configuration contains it.</summary>
    public string? KeyPasswordFile { get; init; }

    /// <summary>Gets the file of access rules, in the syntax of mosquitto's acl_file; null: each client may read and write each topic.</summary>
    public string? AccessFile { get; init; }

    /// <summary>Gets the client identifiers that users may take, as <c>USER=PATTERN</c> with * in a pattern for any text and %u for the user name; * as user is
    /// each user that no other entry names. Empty: each user may take each identifier.</summary>
    public IReadOnlyList<string> ClientIds { get; init; } = [];

    /// <summary>Gets whether wss and mqtts listeners ask for client certificates.</summary>
    public ClientCertificateUse ClientCertificates { get; init; }

    /// <summary>Gets the PEM file of the authorities that issue client certificates.</summary>
    public string? ClientCertificateAuthorityFile { get; init; }

    /// <summary>Gets the part of a client certificate that is the user name.</summary>
    public ClientCertificateName ClientCertificateUserName { get; init; }

    /// <summary>Gets the file of certificate revocation lists, PEM or DER; null: certificates are not checked for revocation.</summary>
    public string? RevocationListFile { get; init; }

    /// <summary>Gets the listener, such as <c>127.0.0.1:9090</c>, that answers GET /metrics; null for none.</summary>
    public string? MetricsListener { get; init; }

    /// <summary>Gets the bridges to other brokers.</summary>
    public IReadOnlyList<BridgeSettings> Bridges { get; init; } = [];

    /// <summary>Gets the lowest level of log lines that are written.</summary>
    public MqttLogLevel LogLevel { get; init; }

    /// <summary>Gets whether log lines are JSON objects.</summary>
    public bool LogJson { get; init; }

    /// <summary>Gets whether no log is written.</summary>
    public bool Quiet { get; init; }
}
