// SPDX-License-Identifier: MIT

using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace RawMqtt.Cli;

/// <summary>Examines an address step by step. Each step has a limit of time and bytes, and reports at once.</summary>
internal sealed class Doctor(DoctorTarget target, MqttClientOptions options, TimeSpan patience, DoctorReport report)
{
    private const int MostAddresses = 4;

    /// <summary>Gets the steps that log in and send messages.</summary>
    public required DoctorSession Session { get; init; }

    /// <summary>Gets the origin of a page to judge for; null for none.</summary>
    public string? Page { get; init; }

    /// <summary>Runs all steps that make sense after the ones before.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        IPAddress[] addresses = await ResolveAsync(cancellationToken);
        IPEndPoint? open = null;
        foreach (IPAddress address in addresses.Take(MostAddresses))
        {
            var endpoint = new IPEndPoint(address, target.Port);
            if (await ConnectTcpAsync(endpoint, cancellationToken)) open ??= endpoint;
        }

        if (addresses.Length > 0 && open is null) report.Conclude("tcp", "No address of the host accepts a connection on this port.", ExitCode.NotConnected);
        var probes = open is null ? null : new PortProbes(open, target, options.Tls, patience);
        bool isTls = false;
        if (probes is not null)
        {
            isTls = await LookAtTlsAsync(probes, cancellationToken);
            await LookBehindTlsAsync(probes, isTls, cancellationToken);
            await Session.RunAsync(cancellationToken);
            report.Propose(asked: target.With(target.Scheme));
        }

        if (Page is not null) await LookFromPageAsync(Page, addresses, isTls == target.IsTls ? probes : null, cancellationToken);
    }

    private async Task<IPAddress[]> ResolveAsync(CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            IPAddress[] addresses = IPAddress.TryParse(target.Host, out IPAddress? literal)
                ? [literal]
                : await Dns.GetHostAddressesAsync(target.Host, cancellationToken).WaitAsync(patience, cancellationToken);
            string more = addresses.Length > MostAddresses ? $" The first {MostAddresses} are tried." : "";
            report.Add("name", $"{target.Host} is {string.Join(", ", addresses.Take(16).Select(address => address.ToString()))}.{more}", start);
            return addresses;
        }
        catch (Exception failure) when (failure is SocketException or TimeoutException)
        {
            string reason = failure is TimeoutException ? "does not answer in time" : "knows no address of this host";
            report.Add("name", $"The name service {reason}: {target.Host}.", start, ExitCode.NotConnected);
            return [];
        }
    }

    private async Task<bool> ConnectTcpAsync(IPEndPoint endpoint, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(patience);
        try
        {
            using var socket = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(endpoint, limit.Token);
            report.Add("tcp", $"{endpoint} accepts connections.", start);
            return true;
        }
        catch (Exception failure) when (failure is SocketException || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            string reason = failure is SocketException refused ? refused.Message : $"no answer within {patience.TotalSeconds:0.#} s";
            report.Add("tcp", $"{endpoint} does not: {reason}.", start);
            return false;
        }
    }

    /// <summary>Returns whether the port speaks TLS. What is wrong with the certificate is a fault only if the address has TLS.</summary>
    private async Task<bool> LookAtTlsAsync(PortProbes probes, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        using TlsAnswer? answer = await probes.FindTlsAsync(cancellationToken);
        if (answer is null)
        {
            report.Add("tls", "The port does not speak TLS.", start, target.IsTls ? ExitCode.Tls : ExitCode.Done);
            return false;
        }

        string version = answer.Version is null ? ", but the handshake fails after the certificate" : $": {answer.Version}";
        string chosen = answer.Protocol.Length > 0 ? answer.Protocol : "none";
        string protocol = probes.OfferedProtocols.Count > 0 ? $", ALPN {chosen} of {string.Join(", ", probes.OfferedProtocols)}" : "";
        string asked = answer.AsksForCertificate
            ? " It asks for a client certificate (--cert and --key); the probes below show none, and may get no answer for that." : "";
        report.Add("tls", $"The port speaks TLS{version}{protocol}.{asked}", start);
        var verdicts = new CertificateVerdicts(answer, options.Tls, probes.ServerName, DateTimeOffset.UtcNow);
        foreach ((string point, string verdict, bool isFault) in verdicts.All())
        {
            report.Conclude(point, verdict, isFault && target.IsTls ? ExitCode.Tls : ExitCode.Done);
        }

        return true;
    }

    /// <summary>Says whether the port speaks HTTP and MQTT, in TLS if it has TLS, and notes the addresses that would work.</summary>
    private async Task LookBehindTlsAsync(PortProbes probes, bool isTls, CancellationToken cancellationToken)
    {
        string within = isTls ? " within TLS" : "";
        long start = Stopwatch.GetTimestamp();
        HttpAnswer? http = await probes.UpgradeAsync(isTls, null, cancellationToken);
        bool isUpgraded = http is { Status: 101, IsWhole: true };
        report.Add("http", http switch
        {
            null => $"The port does not answer HTTP{within}.",
            _ when isUpgraded => $"The port answers HTTP{within}: {http.StatusLine}",
            _ => $"The port speaks HTTP{within}, and opens no WebSocket at {target.UpgradePath}: {http.StatusLine}",
        }, start);
        if (isUpgraded) report.Working.Add(target.With(isTls ? "wss" : "ws"));

        start = Stopwatch.GetTimestamp();
        int? code = await probes.FindMqttAsync(isTls, cancellationToken);
        string mqtt = code is null ? "does not answer MQTT without WebSocket" : "answers CONNECT without WebSocket";
        report.Add("mqtt", $"The port {mqtt}{within}{(code is null ? "" : $": return code {code}")}.", start);
        if (code is not null) report.Working.Add(target.With(isTls ? "mqtts" : "mqtt"));

        if (!target.IsWebSocket || isTls != target.IsTls || http is null) return;
        report.Conclude("upgrade", http.ToString(), isUpgraded || target.Query.Length > 0 ? ExitCode.Done : ExitCode.UpgradeRefused);
        if (!isUpgraded) return;
        string? chosen = http.Field("Sec-WebSocket-Protocol");
        string subprotocol = chosen is null ? "none: it may not be an MQTT endpoint [MQTT-6.0.0-4]" : HttpAnswer.Cut(chosen);
        report.Conclude("subproto", $"Of the subprotocol mqtt, the server chose {subprotocol}.", chosen == "mqtt" ? ExitCode.Done : ExitCode.UpgradeRefused);
    }

    /// <summary>Judges what a browser does for a page, and asks the server with the origin of that page.</summary>
    private async Task LookFromPageAsync(string origin, IPAddress[] addresses, PortProbes? probes, CancellationToken cancellationToken)
    {
        var page = new BrowserPage(origin, target, addresses);
        (string verdict, bool isRefused) = page.Judge();
        report.Conclude("page", verdict, isRefused ? ExitCode.UpgradeRefused : ExitCode.Done);
        if (probes is null || !target.IsWebSocket || page.Origin is null) return;
        long start = Stopwatch.GetTimestamp();
        if (await probes.UpgradeAsync(target.IsTls, page.Origin, cancellationToken) is not { } answer) return;
        string status = $"With Origin: {page.Origin} the server answers {answer.StatusLine}";
        report.Add("origin", status, start, answer.Status == 101 || target.Query.Length > 0 ? ExitCode.Done : ExitCode.UpgradeRefused);
    }
}
