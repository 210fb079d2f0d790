// SPDX-License-Identifier: MIT

using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text;
using RawMqtt.Codec;
using RawMqtt.Dialling;

namespace RawMqtt.Serving;

/// <summary>Who may connect: the password file, whether clients without a name may, and the program's own word, in this order.</summary>
[SuppressMessage("Design", "CA1001:Types that own disposable fields should be disposable", Justification = "A SemaphoreSlim without a wait handle holds nothing.")]
internal sealed class Admission
{
    private static readonly string NobodysEntry = MqttPasswordFile.CreateEntry("nobody", "nothing"u8);

    private readonly MqttBrokerOptions options;
    private readonly BrokerLog? log;
    private readonly SemaphoreSlim hashing = new(Math.Max(1, Environment.ProcessorCount - 1));
    private Dictionary<string, string> entries = [];
    private DateTime written;
    private DateTime unusable;

    public Admission(MqttBrokerOptions options, BrokerLog? log)
    {
        this.options = options;
        this.log = log;
        bool anonymousEverywhere = options.AllowAnonymous == true || (options.AllowAnonymous is null && options.TrustedProxies.Count == 0 && options.Listeners.All(IsLoopback));
        IsNeeded = options.PasswordFile is not null || options.Authenticate is not null || !anonymousEverywhere;
        if (options.PasswordFile is not null) ReadEntries(options.PasswordFile);
    }

    /// <summary>Whether there is anything to decide.</summary>
    public bool IsNeeded { get; }

    /// <summary>0, or the return code that refuses: 4 for a wrong name or password, 5 for none where one is needed.</summary>
    public async ValueTask<ConnectReturnCode> DecideAsync(MqttConnectRequest request, CancellationToken cancellationToken)
    {
        ConnectReturnCode code = request.UserName is null || options.PasswordFile is null ? DecideAnonymous(request) : await CheckPasswordAsync(request, options.PasswordFile, cancellationToken).ConfigureAwait(false);
        if (code != ConnectReturnCode.Accepted || options.Authenticate is null) return code;
        return await options.Authenticate(request, cancellationToken).ConfigureAwait(false);
    }

    private ConnectReturnCode DecideAnonymous(MqttConnectRequest request)
    {
        bool isLocal = (request.ForwardedAddress ?? request.RemoteAddress)?.Address is not { } address || IPAddress.IsLoopback(address);
        bool hasJudge = options.Authenticate is not null && request.UserName is not null;
        bool allowed = hasJudge || (options.AllowAnonymous ?? (isLocal && options.PasswordFile is null));
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
            bool matches = await Task.Run(() => MqttPasswordFile.Matches(entry ?? NobodysEntry, password.Span), CancellationToken.None).ConfigureAwait(false); // an unknown name takes as long; not on a thread that reads
            return isKnown && matches ? ConnectReturnCode.Accepted : ConnectReturnCode.BadUserNameOrPassword;
        }
        finally
        {
            hashing.Release();
        }
    }

    /// <summary>A file that changed and cannot be used leaves the entries as they are, and is logged once.</summary>
    private void ReadEntries(string file)
    {
        DateTime now = default;
        try
        {
            now = File.GetLastWriteTimeUtc(file);
            if (now == written) return;
            entries = MqttPasswordFile.Read(file);
            written = now;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DecoderFallbackException or InvalidDataException)
        {
            if (written == default) throw new MqttException(MqttErrorCode.InvalidOptions, $"The password file {file} cannot be read: {e.Message} Make entries with \"rawmqtt passwd\".", e);
            if (now == unusable) return;
            unusable = now;
            log?.Add($"event=password-file-unusable file={BrokerLog.Quote(file)} error={BrokerLog.Quote(e.Message)}");
        }
    }

    private static bool IsLoopback(string listener)
    {
        string host = MqttAddress.ParseListener(listener).Host;
        return host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out IPAddress? address) && IPAddress.IsLoopback(address));
    }
}
