// SPDX-License-Identifier: MIT

using System.Net;
using RawMqtt.Dialling;
using RawMqtt.Transports;
using RawMqtt.WebSockets;

namespace RawMqtt.Serving;

/// <summary>All listeners of a broker, with the certificate that they share.</summary>
internal sealed class OpenListeners(MqttBrokerOptions options, BrokerReports reports) : IDisposable
{
    private readonly List<Listener> all = [];

    public IReadOnlyList<Listener> All => all;

    /// <summary>Gets the addresses, with the ports that the system chose in place of 0; none before <see cref="BindAsync"/> has completed.</summary>
    public IReadOnlyList<string> Addresses { get; private set; } = [];

    /// <summary>Gets the certificate; null if the options name none.</summary>
    public ServerCertificate? Certificate { get; private set; }

    /// <summary>Listens on all addresses of the options.</summary>
    /// <exception cref="MqttException">One of them cannot be used, or another option is invalid.</exception>
    public async Task BindAsync(CancellationToken cancellationToken)
    {
        if (options.AllowedOrigins.Select(OriginCheck.FaultOf).FirstOrDefault(fault => fault is not null) is { } wrong)
            throw new MqttException(MqttErrorCode.InvalidOptions, wrong);
        if (options is { CertificateFile: null, KeyFile: not null } or { CertificateFile: null, KeyPassword: not null })
            throw new MqttException(MqttErrorCode.InvalidOptions, "KeyFile and KeyPassword go with a CertificateFile.");
        if (TlsSupport.IsSupported && options.CertificateFile is { } file)
            Certificate = new ServerCertificate(new CertificateFiles(file, options.KeyFile ?? file, options.KeyPassword), options.TimeProvider, reports);
        var shared = new ListenerOptions
        {
            Certificate = Certificate,
            WebSocketPaths = options.WebSocketPaths,
            AllowMissingSubprotocol = options.AllowMissingSubprotocol,
            AllowedOrigins = options.AllowedOrigins,
            HostNames = HostNames.Read(options.HostNames),
            ProxyHeader = options.ProxyHeader,
            ConfigureTls = options.ConfigureTls,
            AnswerGet = options.AnswerGet,
            AnswerHttp = options.AnswerHttp,
            Tap = options.Tap,
        };
        foreach (MqttAddress address in options.Listeners.Select(MqttAddress.ParseListener))
        {
            if (address.IsTls && !TlsSupport.IsSupported) throw AddressDiagnoses.TlsLeftOut.Fault(address, null);
            all.AddRange(await Listener.BindAsync(address, shared, cancellationToken).ConfigureAwait(false));
        }

        Addresses = [.. all.Select(listener => listener.Address.ToString()).Distinct()];
        reports.Started(Addresses);
    }

    /// <summary>Returns the rules for an opening handshake that another HTTP server received.</summary>
    public ServerHandshakeOptions HandshakeFor(MqttUpgradeRequest request, ProxyTrust proxies)
    {
        IPAddress? own = request.LocalAddress?.Address;
        return new ServerHandshakeOptions
        {
            Paths = null,
            AllowMissingSubprotocol = options.AllowMissingSubprotocol,
            AllowedOrigins = options.AllowedOrigins,
            HostNames = HostNames.Read(options.HostNames),
            IsTls = request.IsTls,
            IsLocal = own is not null && IPAddress.IsLoopback(own.IsIPv4MappedToIPv6 ? own.MapToIPv4() : own),
            IsFromProxy = request.RemoteAddress is { } peer && proxies.IsTrusted(peer.Address),
            ProxyHeader = options.ProxyHeader,
            AnswerGet = null,
        };
    }

    public void Dispose() => all.ForEach(listener => listener.Dispose());
}
