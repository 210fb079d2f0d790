// SPDX-License-Identifier: MIT

using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using RawMqtt.Brokers;
using RawMqtt.Codec;
using RawMqtt.Dialling;
using RawMqtt.Sessions.Journal;
using RawMqtt.Storage;
using RawMqtt.Transports;
using RawMqtt.WebSockets;

namespace RawMqtt.Serving;

/// <summary>Reports what happens in the broker: to <see cref="MqttBrokerOptions.Observe"/> as events, to <see cref="MqttBrokerOptions.Log"/> as
/// lines.</summary>
internal sealed class BrokerReports(BrokerEvents? events, BrokerLog? log)
{
    /// <summary>Gets whether any report of a connection has a receiver.</summary>
    public bool AreWanted => events is not null || log is not null;

    /// <summary>Gets whether reports of messages have a receiver.</summary>
    public bool ArePublishesWanted => events is not null;

    /// <summary>Gets the number of events and lines that the application was too slow for.</summary>
    public long Dropped => (events?.Dropped ?? 0) + (log?.Dropped ?? 0);

    public void Started(IReadOnlyList<string> addresses)
    {
        foreach (string address in addresses) log?.Add(MqttLogLevel.Information, "listening", $"listener={address}");
    }

    /// <summary>Reports how long the certificate is valid; it is a warning if clients refuse it now or within 14 days.</summary>
    public void CertificateRead(X509Certificate2 certificate, DateTime now)
    {
        (DateTime from, DateTime until) = (certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());
        bool isValid = from <= now && now <= until;
        string state = isValid ? "valid" : now > until ? "expired" : "not-yet-valid";
        MqttLogLevel level = isValid && until - now > TimeSpan.FromDays(14) ? MqttLogLevel.Information : MqttLogLevel.Warning;
        string pin = CertificatePin.Of(certificate);
        log?.Add(level, "certificate", $"state={state} from={from:yyyy-MM-ddTHH:mmZ} until={until:yyyy-MM-ddTHH:mmZ} pin={pin}");
    }

    /// <summary>Reports a certificate that has changed and cannot be used: the previous one stays in use.</summary>
    public void CertificateUnusable(CertificateFiles files, string cause) =>
        log?.Add(MqttLogLevel.Error, "certificate-unusable", $"file={BrokerLog.Quote(files.Certificate)} error={BrokerLog.Quote(cause)}");

    public void PasswordFileUnusable(string file, Exception fault) =>
        log?.Add(MqttLogLevel.Error, "password-file-unusable", $"file={BrokerLog.Quote(file)} error={BrokerLog.Quote(fault.Message)}");

    /// <summary>Reports what the journal of an earlier process says.</summary>
    public void JournalRead(string folder, int sessions, long waiting, int retained, TimeSpan took) => log?.Add(
        MqttLogLevel.Information,
        "journal-read",
        $"folder={BrokerLog.Quote(folder)} sessions={sessions} waiting={waiting} retained={retained} ms={(long)took.TotalMilliseconds}");

    /// <summary>Reports what is lost of a journal, and where the file as it was is kept.</summary>
    public void JournalDamaged(JournalDamage damage) => log?.Add(
        damage.Kind == JournalDamageKind.Gap ? MqttLogLevel.Error : MqttLogLevel.Warning,
        "journal-damaged",
        $"file={BrokerLog.Quote(damage.File)} kind={damage.Kind} offset={damage.Offset} bytes={damage.Length} "
        + $"records={Math.Max(0, damage.LastLost - damage.FirstLost + 1)} kept={BrokerLog.Quote(damage.KeptAs ?? "")}");

    /// <summary>Reports a session of which records may be lost.</summary>
    public void SessionUncertain(string clientId) => log?.Add(
        MqttLogLevel.Warning,
        "session-uncertain",
        $"client={BrokerLog.Quote(clientId)} hint=\"records of the journal are lost: its messages at QoS 2 may come twice or be missing\"");

    /// <summary>Reports a session that is lost, because the record that names its client is.</summary>
    public void SessionLost(uint session, int subscriptions, int messages) => log?.Add(
        MqttLogLevel.Error,
        "session-lost",
        $"session={session} subscriptions={subscriptions} messages={messages} hint=\"the record that names its client is lost: it begins a new session\"");

    /// <summary>Reports that nothing is acknowledged until the journal can be written again.</summary>
    public void JournalFailed(Exception cause) => log?.Add(
        MqttLogLevel.Error,
        "journal-failed",
        $"error={BrokerLog.Quote(cause.Message)} hint=\"the broker acknowledges nothing until the folder of Durability can be written; it tries each second\"");

    public void JournalGoesOn() => log?.Add(MqttLogLevel.Information, "journal-goes-on", $"");

    /// <summary>Reports that messages cannot be read from the journal: they wait.</summary>
    public void JournalUnreadable(Exception cause) => log?.Add(
        MqttLogLevel.Error,
        "journal-unreadable",
        $"error={BrokerLog.Quote(cause.Message)} hint=\"messages that stand in the journal alone wait; the broker reads again each second\"");

    /// <summary>Reports that the journal grows, because what does not count any more cannot be read or deleted.</summary>
    public void JournalNotShortened(Exception cause) => log?.Add(MqttLogLevel.Error, "journal-not-shortened", $"error={BrokerLog.Quote(cause.Message)}");

    /// <summary>Reports a message of a session that is lost, because its record is damaged.</summary>
    public void MessageDamaged(Subscriber subscriber, JournalPlace place) =>
        log?.Add(MqttLogLevel.Error, "message-damaged", $"{ClientOf(subscriber)} segment={place.Segment} offset={place.Offset} bytes={place.Length}");

    /// <summary>Reports that the files were read again because the program asked for it.</summary>
    public void Reloaded(string? passwordFile, int entries, string? certificateFile) => log?.Add(
        MqttLogLevel.Information,
        "reloaded",
        $"password-file={BrokerLog.Quote(passwordFile ?? "")} entries={entries} certificate-file={BrokerLog.Quote(certificateFile ?? "")}");

    public void AcceptFailed(string listener, SocketException fault) =>
        log?.Add(MqttLogLevel.Warning, "accept-failed", $"listener={listener} error={BrokerLog.Quote(fault.Message)}");

    /// <summary>Reports a network connection that was closed when it was accepted.</summary>
    public void NotAdmitted(ServedConnection connection, string limit) =>
        log?.Add(MqttLogLevel.Warning, "not-admitted", $"{AddressesOf(connection)} limit={limit}");

    /// <summary>Reports the first connection of a proxy whose clients do not count as local: one that is on this machine and not trusted, or one that is
    /// trusted and names no client.</summary>
    public void ProxyUnclear(ServedConnection connection, bool isTrusted) => log?.Add(
        MqttLogLevel.Warning,
        isTrusted ? "silent-proxy" : "untrusted-proxy",
        $"{AddressesOf(connection)} hint={BrokerLog.Quote(ReportHints.OfProxy(isTrusted))}");

    /// <summary>Reports a WebSocket handshake that was refused, with the client behind a trusted proxy and the option that allows it.</summary>
    public void HandshakeRefused(ServedConnection connection, HandshakeRefusal refusal)
    {
        if (refusal.Status == 200) return; // a plain GET that was answered
        string path = refusal.Path is { } asked ? $" path={BrokerLog.Quote(asked)}" : "";
        string page = refusal.Origin is { } origin ? $" origin={BrokerLog.Quote(origin)} host={BrokerLog.Quote(refusal.Host ?? "")}" : "";
        string hint = ReportHints.Of(refusal) is { } text ? $" hint={BrokerLog.Quote(text)}" : "";
        log?.Add(
            MqttLogLevel.Warning,
            "handshake-refused",
            $"{AddressesOf(connection)} status={refusal.Status}{path} rule={refusal.Rule} reason={BrokerLog.Quote(refusal.Reason)}{page}{hint}");
    }

    public void Connected(BrokerConnection connection, Subscriber subscriber)
    {
        events?.Add(new MqttBrokerEvent(MqttBrokerEventKind.Connected, ApplicationViews.ClientOf(connection, subscriber)));
        var served = (ServedConnection)connection.Carrier!;
        log?.Add(MqttLogLevel.Information, "connected", $"{ClientOf(subscriber)}{UserOf(served)} {AddressesOf(served)}");
    }

    public void Published(BrokerConnection connection, in PublishPacket packet)
    {
        if (events is null || connection.Subscriber is not { } subscriber) return;
        MqttBrokerClient client = ApplicationViews.ClientOf(connection, subscriber);
        events.Add(new MqttBrokerEvent(MqttBrokerEventKind.Published, client) { Message = ApplicationViews.MessageOf(packet) });
    }

    public void Ended(BrokerConnection connection, Subscriber? subscriber)
    {
        MqttConnectionEnd end = connection.End!.Value;
        var served = (ServedConnection)connection.Carrier!;
        if (events is not null && subscriber is not null)
        {
            MqttBrokerClient client = ApplicationViews.ClientOf(connection, subscriber);
            string? rule = connection.Violation?.Rule ?? served.WebSocketFault?.Rule;
            events.Add(new MqttBrokerEvent(MqttBrokerEventKind.Disconnected, client) { End = end, Rule = rule });
        }

        if (served.IsAnswered) return; // HandshakeRefused has reported it, or it was a health check
        bool isUsual = end is MqttConnectionEnd.Disconnected or MqttConnectionEnd.BrokerStops or MqttConnectionEnd.ByApplication;
        log?.Add(
            isUsual ? MqttLogLevel.Information : MqttLogLevel.Warning,
            "ended",
            $"{ClientOf(subscriber)}{UserOf(served)} {AddressesOf(served)} reason={end}{CauseOf(connection, served)}");
    }

    /// <summary>Reports messages that a client lost, and the limit that the last one reached.</summary>
    public void ClientLost(Subscriber subscriber, string limit, long messages) =>
        log?.Add(MqttLogLevel.Warning, "dropped", $"{ClientOf(subscriber)} messages={messages} limit={limit}");

    /// <summary>Reports a session that was discarded because its queue was full, with all of its messages.</summary>
    public void SessionEnded(Subscriber subscriber, string limit, long messages) => log?.Add(
        MqttLogLevel.Warning,
        "session-ended",
        $"{ClientOf(subscriber)} messages={messages} limit={limit} hint=\"WhenQueueFull (--when-queue-full) ends sessions whose queues are full\"");

    /// <summary>Reports messages that a subscription of the program lost because the program was too slow.</summary>
    public void ProgramLost(string filter, long messages) => log?.Add(
        MqttLogLevel.Warning,
        "dropped",
        $"subscription={BrokerLog.Quote(filter)} messages={messages} limit={nameof(MqttBrokerLimits.MaxProgramBytes)}");

    /// <summary>Reports what a client was refused.</summary>
    public void Refused(Subscriber subscriber, string action, ReadOnlySpan<byte> topic, long count)
    {
        if (log is null) return;
        string hint = action == "share" ? " hint=\"the broker does not serve shared subscriptions; subscribe to the filter itself\"" : "";
        string client = $"{ClientOf(subscriber)} user={BrokerLog.Quote(Text(subscriber.UserName))}";
        log.Add(MqttLogLevel.Warning, "refused", $"{client} action={action} topic={BrokerLog.Quote(Text(topic))} count={count}{hint}");
    }

    /// <summary>Reports a CONNECT whose Will has a topic that the client may not write to.</summary>
    public void WillRefused(MqttConnectRequest request) => log?.Add(
        MqttLogLevel.Warning,
        "refused",
        $"client={BrokerLog.Quote(request.ClientId)} user={BrokerLog.Quote(request.UserName ?? "")} action=will "
        + $"topic={BrokerLog.Quote(request.WillTopic ?? "")} count=1");

    public void HookFailed(Subscriber? subscriber, Exception fault) =>
        log?.Add(MqttLogLevel.Error, "hook-failed", $"{ClientOf(subscriber)} error={BrokerLog.Quote(fault.Message)}");

    /// <summary>Reports a fault of the broker itself that ended a connection.</summary>
    public void Faulted(ServedConnection connection, Exception fault) =>
        log?.Add(MqttLogLevel.Error, "fault", $"{AddressesOf(connection)} error={BrokerLog.Quote(fault.ToString(), maxLength: 4096)}");

    /// <summary>Reports a fault of the broker itself in its regular work.</summary>
    public void Faulted(Exception fault) => log?.Add(MqttLogLevel.Error, "fault", $"error={BrokerLog.Quote(fault.ToString(), maxLength: 4096)}");

    /// <summary>Reports how many lines were left out; called with each sweep.</summary>
    public void EndSecond() => log?.EndSecond();

    /// <summary>Waits until the application has taken all events and lines.</summary>
    public async Task CompleteAsync()
    {
        if (events is not null) await events.CompleteAsync().ConfigureAwait(false);
        if (log is not null) await log.CompleteAsync().ConfigureAwait(false);
    }

    private static string ClientOf(Subscriber? subscriber) => $"client={BrokerLog.Quote(ApplicationViews.ClientIdOf(subscriber))}";

    private static string Text(ReadOnlySpan<byte> utf8) => Encoding.UTF8.GetString(utf8);

    private static string UserOf(ServedConnection connection) => connection.UserName is { } name ? $" user={BrokerLog.Quote(name)}" : "";

    /// <summary>Returns what ended a connection: the return code of CONNACK, the rule, the alert of TLS, the limit; and what helps.</summary>
    private static string CauseOf(BrokerConnection connection, ServedConnection served)
    {
        string code = connection.RefusedWith is { } refused ? $" code={(int)refused}" : "";
        string violation = $" violation={BrokerLog.Quote(connection.Violation?.ToString() ?? served.WebSocketFault?.Message ?? "")}";
        string tls = served.TlsFault is { } fault ? $" tls={BrokerLog.Quote(fault)}" : "";
        string limit = connection.Limit is { } name ? $" limit={name}" : "";
        string hint = ReportHints.Of(connection, served) is { } text ? $" hint={BrokerLog.Quote(text)}" : "";
        return $"{code}{violation}{tls}{limit}{hint}";
    }

    private static string AddressesOf(ServedConnection connection) =>
        $"address={connection.RemoteAddress} forwarded={connection.ForwardedAddress} listener={connection.Listener}";
}
