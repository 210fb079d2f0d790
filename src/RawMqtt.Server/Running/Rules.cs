// SPDX-License-Identifier: MIT

using System.Net;
using RawMqtt.Codec;
using RawMqtt.Server.Access;
using RawMqtt.Server.Certificates;

namespace RawMqtt.Server.Running;

/// <summary>Who may do what, as the files of one configuration say. A reload makes a new one.</summary>
internal sealed class Rules
{
    private readonly BrokerSettings settings;
    private readonly MqttLog log;
    private readonly ClientIdRules clientIds;

    /// <exception cref="ConfigurationException">A file cannot be used.</exception>
    public Rules(BrokerSettings settings, MqttLog log)
    {
        this.settings = settings;
        this.log = log;
        clientIds = new ClientIdRules(settings.ClientIds);
        if (settings.AccessFile is { } file) Access = AccessFile.Read(file);
        if (settings.ClientCertificates != ClientCertificateUse.None) Certificates = new ClientCertificateCheck(settings, log);
    }

    /// <summary>Gets the rules of the access file; null: all is allowed.</summary>
    public AccessRules? Access { get; }

    /// <summary>Gets the check of client certificates; null: none are asked for.</summary>
    public ClientCertificateCheck? Certificates { get; }

    /// <summary>Returns the user that the client's certificate names; null: user name and password count.</summary>
    public string? Identify(MqttConnectRequest request) => request.ClientCertificate is { } certificate ? Certificates?.UserNameOf(certificate) : null;

    /// <summary>Decides about a CONNECT whose password, if it needs one, was right.</summary>
    public ConnectReturnCode Decide(MqttConnectRequest request)
    {
        bool mustBeNamed = request.ClientCertificate is not null && settings.ClientCertificateUserName != ClientCertificateName.None;
        string? identified = Identify(request);
        if (mustBeNamed && identified is null) return Refuse(request, "certificate-name", ConnectReturnCode.NotAuthorized);
        // with a hook, the broker leaves a name that no password file checks to it
        bool isUnchecked = request.UserName is not null && identified is null && settings.Options.PasswordFile is null;
        if (isUnchecked && !(settings.Options.AllowAnonymous ?? IsLocal(request))) return ConnectReturnCode.NotAuthorized;
        bool isItsId = clientIds.IsAllowed(request.UserName, request.ClientId);
        return isItsId ? ConnectReturnCode.Accepted : Refuse(request, "client-id", ConnectReturnCode.IdentifierRejected);
    }

    /// <summary>Returns whether a client may subscribe to a filter.</summary>
    public bool CanSubscribe(MqttBrokerClient client, string filter) =>
        Access is null || IsRefusedAnyway(filter) || Access.CanSubscribe(client, filter);

    /// <summary>The broker itself refuses shared and very deep filters; comparing a deep one with the rules would take long.</summary>
    private bool IsRefusedAnyway(string filter) =>
        filter.StartsWith("$share/", StringComparison.Ordinal) || filter.StartsWith("$queue/", StringComparison.Ordinal)
        || filter.StartsWith("$exclusive/", StringComparison.Ordinal) || filter.AsSpan().Count('/') >= settings.Options.Limits.MaxTopicLevels;

    private ConnectReturnCode Refuse(MqttConnectRequest request, string action, ConnectReturnCode code)
    {
        string client = $"client={LogText.Quote(request.ClientId)} user={LogText.Quote(request.UserName ?? "")}";
        log(MqttLogLevel.Warning, $"event=refused {client} action={action} count=1");
        return code;
    }

    private static bool IsLocal(MqttConnectRequest request) =>
        (request.ForwardedAddress ?? request.RemoteAddress)?.Address is not { } address || IPAddress.IsLoopback(address);
}
