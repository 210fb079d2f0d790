// SPDX-License-Identifier: MIT

using System.Net;
using RawMqtt.Codec;
using RawMqtt.Dialling;

namespace RawMqtt.Serving;

/// <summary>Decides which clients may connect: by the password file, then by whether anonymous clients may, then by the application's hook.</summary>
internal sealed class Authentication
{
    /// <summary>How long a user name of an address has no place in the line after a wrong password.</summary>
    private static readonly TimeSpan FailureDelay = TimeSpan.FromMilliseconds(250);

    private readonly MqttBrokerOptions options;
    private readonly LoginLine line;
    private long refused;

    public Authentication(MqttBrokerOptions options, BrokerReports reports)
    {
        this.options = options;
        line = new LoginLine(Math.Max(1, Environment.ProcessorCount - 1), options.Limits.MaxWaitingLogins);
        bool takesAll = options.AllowAnonymous ?? (options.TrustedProxies.Count == 0 && options.Listeners.All(IsLocal));
        IsNeeded = options.PasswordFile is not null || options.Authenticate is not null || !takesAll;
        if (options.PasswordFile is { } file) Passwords = new PasswordEntries(file, reports, options.TimeProvider);
    }

    /// <summary>Gets the entries of the password file; null without one, and then no password is ever hashed.</summary>
    public PasswordEntries? Passwords { get; }

    /// <summary>Gets whether any CONNECT could be refused.</summary>
    public bool IsNeeded { get; }

    /// <summary>Gets the number of logins that were refused because too many waited.</summary>
    public long Refused => Interlocked.Read(ref refused);

    /// <summary>Returns 0, or the return code that refuses the client: 3 if too many logins wait, 4 for a wrong user name or password, 5 for an anonymous
    /// client that may not connect.</summary>
    /// <param name="request">The CONNECT.</param>
    /// <param name="isGone">Returns whether the client has ended its connection.</param>
    /// <param name="cancellationToken">Cancelled when the answer is no longer wanted.</param>
    public async ValueTask<ConnectReturnCode> DecideAsync(MqttConnectRequest request, Func<bool> isGone, CancellationToken cancellationToken)
    {
        ConnectReturnCode code = request.IsIdentified ? ConnectReturnCode.Accepted
            : request.UserName is null || Passwords is null
            ? DecideAnonymous(request)
            : await CheckPasswordAsync(Passwords, request, isGone, cancellationToken).ConfigureAwait(false);
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
        PasswordEntries passwords, MqttConnectRequest request, Func<bool> isGone, CancellationToken cancellationToken)
    {
        string name = request.UserName!;
        ReadOnlyMemory<byte> password = request.Password ?? default;
        passwords.Refresh();
        if (passwords.IsKnown(name, password.Span)) return ConnectReturnCode.Accepted;
        IPAddress address = AddressKey.Of((request.ForwardedAddress ?? request.RemoteAddress)?.Address ?? IPAddress.None);
        if (await line.EnterAsync(address, name, cancellationToken).ConfigureAwait(false) is not { } login)
        {
            Interlocked.Increment(ref refused);
            return ConnectReturnCode.ServerUnavailable;
        }

        bool matches = false;
        bool isSkipped = true;
        try
        {
            isSkipped = login.HasWaited && isGone();
            if (isSkipped) return ConnectReturnCode.ServerUnavailable;
            // The reading thread does not wait for the hash.
            matches = await Task.Run(() => passwords.Matches(name, password.Span), CancellationToken.None).ConfigureAwait(false);
            return matches ? ConnectReturnCode.Accepted : ConnectReturnCode.BadUserNameOrPassword;
        }
        finally
        {
            line.FreePlace();
            if (matches || isSkipped) line.End(login);
            else _ = EndLaterAsync(login);
        }
    }

    private async Task EndLaterAsync(LoginLine.Login login)
    {
        await Task.Delay(FailureDelay, options.TimeProvider, CancellationToken.None).ConfigureAwait(false);
        line.End(login);
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
