// SPDX-License-Identifier: MIT

namespace RawMqtt.Server;

/// <summary>Contains what an operator can set for one bridge: an entry of <c>Bridges</c> in the configuration. The record is immutable.</summary>
public sealed record BridgeSettings
{
    /// <summary>Gets the bridge's name, see <see cref="MqttBridgeOptions.Name"/>.</summary>
    public string Name { get; init; } = "";

    /// <summary>Gets the addresses of the far broker or of the nodes of a cluster, which are tried in turn.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>Gets the rules in the form of <see cref="MqttBridgeRule.Parse"/>.</summary>
    public IReadOnlyList<string> Topics { get; init; } = [];

    /// <summary>Gets whether the far broker takes bridges, see <see cref="MqttClientOptions.IsBridge"/>.</summary>
    public bool IsBridge { get; init; }

    /// <summary>Gets the client identifier; null for <c>MACHINE.NAME</c>.</summary>
    public string? ClientId { get; init; }

    /// <summary>Gets the user name; null for none.</summary>
    public string? UserName { get; init; }

    /// <summary>Gets the file whose first line is the password; null for none.</summary>
    public string? PasswordFile { get; init; }

    /// <summary>Gets the PEM file of the authorities to trust in place of the machine's; null for the machine's.</summary>
    public string? CertificateAuthorityFile { get; init; }

    /// <summary>Gets the bridge's own certificate; null for none.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>Gets the private key of <see cref="CertificateFile"/>; null if it stands there.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Gets the file of the session at the far broker, which messages at QoS 2 need; null for none.</summary>
    public string? SessionFile { get; init; }

    /// <summary>Gets the keep alive time.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Gets <see cref="MqttBridgeOptions.MaxInFlight"/>.</summary>
    public int MaxInFlight { get; init; } = 1000;

    /// <summary>Gets <see cref="MqttBridgeOptions.MaxQueuedMessages"/>.</summary>
    public int MaxQueuedMessages { get; init; } = 1_000_000;

    /// <summary>Gets <see cref="MqttBridgeOptions.MaxQueuedBytes"/>.</summary>
    public long MaxQueuedBytes { get; init; } = 256 << 20;

    /// <summary>Gets <see cref="MqttBridgeOptions.MaxAge"/>; zero for no limit.</summary>
    public TimeSpan MaxAge { get; init; }

    /// <summary>Returns the options of the bridge, with the password that its file holds.</summary>
    /// <exception cref="ArgumentException">A rule, the name or a limit cannot be used; the message says why.</exception>
    /// <exception cref="ConfigurationException">The password file cannot be read.</exception>
    public MqttBridgeOptions ToOptions() => ToOptions(PasswordFile is null ? null : FirstLineOf(PasswordFile));

    /// <summary>Returns what is wrong; null for nothing. No file is read.</summary>
    internal string? FindFault()
    {
        if (Addresses.Count == 0) return "it has no Addresses";
        if (PasswordFile is not null && UserName is null) return "it has a PasswordFile and no UserName";
        try
        {
            Bridging.BridgeRules.Require(ToOptions(password: null));
            return null;
        }
        catch (ArgumentException e)
        {
            return e.Message.TrimEnd('.');
        }
    }

    private MqttBridgeOptions ToOptions(string? password) => new()
    {
        Name = Name,
        Remote = new MqttClientOptions
        {
            Addresses = Addresses,
            IsBridge = IsBridge,
            ClientId = ClientId,
            UserName = UserName,
            PasswordText = password,
            SessionFile = SessionFile,
            KeepAlive = KeepAlive,
            Tls = CertificateAuthorityFile is null && CertificateFile is null ? null : new MqttTlsOptions
            {
                CertificateAuthorityFile = CertificateAuthorityFile,
                CertificateFile = CertificateFile,
                KeyFile = KeyFile,
            },
        },
        Rules = [.. Topics.Select(MqttBridgeRule.Parse)],
        MaxInFlight = MaxInFlight,
        MaxQueuedMessages = MaxQueuedMessages,
        MaxQueuedBytes = MaxQueuedBytes,
        MaxAge = MaxAge == TimeSpan.Zero ? null : MaxAge,
    };

    private string FirstLineOf(string file)
    {
        try
        {
            return File.ReadLines(file).FirstOrDefault("");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"The password file of the bridge {Name}: {e.Message}", e);
        }
    }
}
