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
    private static readonly Lazy<string> dummyEntry = new(() => MqttPasswordFile.CreateEntry("dummy", "password"u8));

    private readonly MqttBrokerOptions options;
    private readonly BrokerReports reports;
    private readonly SemaphoreSlim hashing = new(Math.Max(1, Environment.ProcessorCount - 1));
    private Dictionary<string, string> entries = [];
    private byte[]? read;
    private byte[]? unusable;

    public Authentication(MqttBrokerOptions options, BrokerReports reports)
    {
        this.options = options;
        this.reports = reports;
        bool takesAll = options.AllowAnonymous ?? (options.TrustedProxies.Count == 0 && options.Listeners.All(IsLocal));
        IsNeeded = options.PasswordFile is not null || options.Authenticate is not null || !takesAll;
        if (options.PasswordFile is not null) ReadEntries(options.PasswordFile);
    }

    /// <summary>Gets whether any CONNECT could be refused.</summary>
    public bool IsNeeded { get; }

    /// <summary>Returns 0, or the return code that refuses the client: 4 for a wrong user name or password, 5 for an anonymous client that may not
    /// connect.</summary>
    public async ValueTask<ConnectReturnCode> DecideAsync(MqttConnectRequest request, CancellationToken cancellationToken)
    {
        ConnectReturnCode code = request.UserName is null || options.PasswordFile is null
            ? DecideAnonymous(request)
            : await CheckPasswordAsync(request, options.PasswordFile, cancellationToken).ConfigureAwait(false);
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

    private async ValueTask<ConnectReturnCode> CheckPasswordAsync(MqttConnectRequest request, string file, CancellationToken cancellationToken)
    {
        await hashing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ReadEntries(file);
            bool isKnown = entries.TryGetValue(request.UserName!, out string? entry);
            ReadOnlyMemory<byte> password = request.Password ?? default;
            // An unknown name is hashed too, so that the time does not tell which names exist. The reading thread does not wait for the hash.
            Task<bool> matching = Task.Run(() => MqttPasswordFile.Matches(entry ?? dummyEntry.Value, password.Span), CancellationToken.None);
            bool matches = await matching.ConfigureAwait(false);
            return isKnown && matches ? ConnectReturnCode.Accepted : ConnectReturnCode.BadUserNameOrPassword;
        }
        finally
        {
            hashing.Release();
        }
    }

    /// <summary>Reads the file again if its content has changed: a file behind a link, or one with an older time, may be new. If it cannot be used then, the
    /// entries before stay, and the log says so once.</summary>
    private void ReadEntries(string file)
    {
        byte[] content = [];
        try
        {
            content = File.ReadAllBytes(file);
            if (content.AsSpan().SequenceEqual(read)) return;
            entries = MqttPasswordFile.Parse(content);
            (read, unusable) = (content, null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            if (read is null)
            {
                string text = $"The password file {file} cannot be read: {e.Message} Make entries with \"rawmqtt passwd\".";
                throw new MqttException(MqttErrorCode.InvalidOptions, text, e);
            }

            if (unusable is not null && content.AsSpan().SequenceEqual(unusable)) return;
            unusable = content;
            reports.PasswordFileUnusable(file, e);
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
