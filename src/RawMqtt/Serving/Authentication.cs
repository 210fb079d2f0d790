// SPDX-License-Identifier: MIT

using System.Diagnostics.CodeAnalysis;
using System.Net;
using RawMqtt.Codec;
using RawMqtt.Dialling;

namespace RawMqtt.Serving;

/// <summary>Decides which clients may connect: by the password file, then by whether anonymous clients may, then by the application's hook.</summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "A semaphore without a wait handle holds nothing.")]
internal sealed class Authentication
{
    private readonly MqttBrokerOptions options;
    private readonly SemaphoreSlim hashing = new(Math.Max(1, Environment.ProcessorCount - 1));

    public Authentication(MqttBrokerOptions options, BrokerReports reports)
    {
        this.options = options;
        bool takesAll = options.AllowAnonymous ?? (options.TrustedProxies.Count == 0 && options.Listeners.All(IsLocal));
        IsNeeded = options.PasswordFile is not null || options.Authenticate is not null || !takesAll;
        if (options.PasswordFile is { } file) Passwords = new PasswordEntries(file, reports);
    }

    /// <summary>Gets the entries of the password file; null without one, and then no password is ever hashed.</summary>
    public PasswordEntries? Passwords { get; }

    /// <summary>Gets whether any CONNECT could be refused.</summary>
    public bool IsNeeded { get; }

    /// <summary>Returns 0, or the return code that refuses the client: 4 for a wrong user name or password, 5 for an anonymous client that may not
    /// connect.</summary>
    public async ValueTask<ConnectReturnCode> DecideAsync(MqttConnectRequest request, CancellationToken cancellationToken)
    {
        ConnectReturnCode code = request.IsIdentified ? ConnectReturnCode.Accepted
            : request.UserName is null || Passwords is null
            ? DecideAnonymous(request)
            : await CheckPasswordAsync(Passwords, request.UserName, request.Password ?? default, cancellationToken).ConfigureAwait(false);
        if (code != ConnectReturnCode.Accepted || options.Authenticate is null) return code;
        return await options.Authenticate(request, cancellationToken).ConfigureAwait(false);
    }

    private ConnectReturnCode DecideAnonymous(MqttConnectRequest request)
    {
        bool isLocal = (request.ForwardedAddress ?? request.RemoteAddress)?.Address is not { } address || IPAddress.IsLoopback(address);
        bool isLeftToHook = options.Authenticate is not null && request.UserName is not null;
        bool allowed = isLeftToHook || request.IsOwn || (options.AllowAnonymous ?? (isLocal && options.PasswordFile is null));
        return allowed ? ConnectReturnCode.Accepted : ConnectReturnCode.NotAuthorized;
    }

    private async ValueTask<ConnectReturnCode> CheckPasswordAsync(
        PasswordEntries passwords, string userName, ReadOnlyMemory<byte> password, CancellationToken cancellationToken)
    {
        await hashing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            passwords.Refresh();
            // The reading thread does not wait for the hash.
            bool matches = await Task.Run(() => passwords.Matches(userName, password.Span), CancellationToken.None).ConfigureAwait(false);
            return matches ? ConnectReturnCode.Accepted : ConnectReturnCode.BadUserNameOrPassword;
        }
        finally
        {
            hashing.Release();
        }
    }

    /// <summary>Returns whether all clients of a listener are on this machine. A proxy on this machine may forward others to a WebSocket listener.</summary>
    private static bool IsLocal(string listener)
    {
        MqttAddress address = MqttAddress.ParseListener(listener);
        if (address.IsWebSocket) return false;
        if (address.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)) return true;
        return IPAddress.TryParse(address.Host, out IPAddress? ip) && IPAddress.IsLoopback(ip);
    }
}
