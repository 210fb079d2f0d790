// SPDX-License-Identifier: MIT

using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace RawMqtt.Cli;

/// <summary>Examines an address step by step. Each step has a limit of time and bytes, and reports at once.</summary>
internal sealed class Doctor(DoctorTarget target, MqttClientOptions options, TimeSpan patience, Action<DoctorStep> report)
{
    private const int MostAddresses = 4;

    /// <summary>Gets whether a user name or password may be sent: over TLS that proves its certificate, on this machine, or if the user says so.</summary>
    public required bool SendsLogin { get; init; }

    /// <summary>Gets the exit code of the first step that found a fault; 0 if none did.</summary>
    public int ExitCode { get; private set; }

    /// <summary>Gets the addresses of this port that would work, by what it speaks.</summary>
    public List<string> Working { get; } = [];

    /// <summary>Runs all steps that make sense after the ones before.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        IPAddress[] addresses = await ResolveAsync(cancellationToken);
        if (addresses.Length == 0) return;
        IPEndPoint? open = null;
        foreach (IPAddress address in addresses.Take(MostAddresses))
        {
            var endpoint = new IPEndPoint(address, target.Port);
            if (await ConnectTcpAsync(endpoint, cancellationToken)) open ??= endpoint;
        }

        if (open is null)
        {
            Report("tcp", "No address of the host accepts a connection on this port.", TimeSpan.Zero, Cli.ExitCode.NotConnected);
            return;
        }

        await ProbeAsync(new PortProbes(open, target.Host, patience), cancellationToken);
        await ConnectAsync(cancellationToken);
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
            Report("name", $"{target.Host} is {string.Join(", ", addresses.Take(16).Select(address => address.ToString()))}.{more}", start);
            return addresses;
        }
        catch (Exception failure) when (failure is SocketException or TimeoutException)
        {
            string reason = failure is TimeoutException ? "does not answer in time" : "knows no address of this host";
            Report("name", $"The name service {reason}: {target.Host}.", start, Cli.ExitCode.NotConnected);
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
            Report("tcp", $"{endpoint} accepts connections.", start);
            return true;
        }
        catch (Exception failure) when (failure is SocketException || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            string reason = failure is SocketException refused ? refused.Message : $"no answer within {patience.TotalSeconds:0.#} s";
            Report("tcp", $"{endpoint} does not: {reason}.", start);
            return false;
        }
    }

    /// <summary>Says what the port speaks, and notes the addresses that would work. Behind TLS the other protocols cannot be seen without it.</summary>
    private async Task ProbeAsync(PortProbes probes, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        using X509Certificate2? certificate = await probes.FindTlsAsync(cancellationToken);
        Report("tls", certificate is null ? "The port does not speak TLS." : Describe(certificate), start);
        if (certificate is not null)
        {
            Working.AddRange(target.With("wss"), target.With("mqtts"));
            return;
        }

        start = Stopwatch.GetTimestamp();
        string? status = await probes.FindHttpAsync(target.Path, cancellationToken);
        Report("http", status is null ? "The port does not answer HTTP." : $"The port answers HTTP: {status}", start);
        if (status is not null) Working.Add(target.With("ws"));

        start = Stopwatch.GetTimestamp();
        int? code = await probes.FindMqttAsync(cancellationToken);
        Report("mqtt", code is null ? "The port does not answer MQTT without WebSocket." : $"The port answers CONNECT with return code {code}.", start);
        if (code is not null) Working.Add(target.With("mqtt"));
    }

    /// <summary>Connects as the client does, so that its diagnosis is the verdict; then sends a message round.</summary>
    private async Task ConnectAsync(CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        if (options.UserName is not null && !SendsLogin)
        {
            Report("login", "The login is not sent: the connection is not proved by TLS and not local. --send-login sends it.", start);
        }

        MqttClientOptions sent = SendsLogin ? options : options with { UserName = null, Password = null };
        try
        {
            sent = sent with { ConnectTimeout = 2 * patience, ReconnectDelay = TimeSpan.Zero };
            await using MqttClient client = await MqttClient.ConnectAsync(sent, cancellationToken);
            Report("connect", $"{target.With(target.Scheme)} accepts the client{(sent.UserName is null ? " without a login" : " and its login")}.", start);
            await SendRoundAsync(client, cancellationToken);
        }
        catch (MqttException failure)
        {
            Report("connect", failure.Message, start, Cli.ExitCode.Of(failure.Code));
        }
    }

    private async Task SendRoundAsync(MqttClient client, CancellationToken cancellationToken)
    {
        string topic = $"rawmqtt-doctor/{RandomNumberGenerator.GetHexString(16, lowercase: true)}";
        long start = Stopwatch.GetTimestamp();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(patience);
        try
        {
            await using MqttSubscription messages = await client.SubscribeAsync(topic, cancellationToken: limit.Token);
            await client.PublishAsync(topic, "round", cancellationToken: limit.Token);
            await foreach (MqttMessage _ in messages.WithCancellation(limit.Token)) break;
            Report("round", $"A message came back on {topic}.", start);
        }
        catch (MqttException failure)
        {
            Report("round", $"{failure.Message} The topic was {topic}.", start, Cli.ExitCode.Of(failure.Code));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            string verdict = $"No message came back on {topic}: the server may not let this client publish or subscribe there.";
            Report("round", verdict, start, Cli.ExitCode.ConnectionLost);
        }
    }

    private static string Describe(X509Certificate2 certificate) => string.Create(CultureInfo.InvariantCulture,
        $"The port speaks TLS; its certificate is for {certificate.Subject}, valid until {certificate.NotAfter:yyyy-MM-dd}, pin sha256//{PinOf(certificate)}.");

    private static string PinOf(X509Certificate2 certificate) =>
        Convert.ToBase64String(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));

    private void Report(string name, string verdict, long start, int exitCode = Cli.ExitCode.Done) =>
        Report(name, verdict, Stopwatch.GetElapsedTime(start), exitCode);

    private void Report(string name, string verdict, TimeSpan time, int exitCode)
    {
        if (ExitCode == Cli.ExitCode.Done) ExitCode = exitCode;
        report(new DoctorStep(name, verdict, time, exitCode));
    }
}
