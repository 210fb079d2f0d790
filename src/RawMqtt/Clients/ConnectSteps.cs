// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Codec;
using RawMqtt.Dialling;

namespace RawMqtt.Clients;

/// <summary>The steps of one connection, from the application's functions to CONNACK.</summary>
internal sealed class ConnectSteps(ClientCore core)
{
    private readonly ConnectPhases phases = new(core.Options.TimeProvider);
    private MqttConnectAttempt attempt = new(0, "");

    /// <summary>The stream that MQTT is spoken over: what the application has to say, then the steps of the address.</summary>
    public async Task<Stream> OpenStreamAsync(int number, int addressIndex, CancellationToken cancellationToken)
    {
        MqttClientOptions options = core.Options;
        string address = options.Addresses.Count > 0 ? options.Addresses[addressIndex % options.Addresses.Count] : "";
        attempt = new MqttConnectAttempt(number, address)
        {
            RequestHeaders = options.RequestHeaders,
            UserName = options.UserName,
            Password = options.Password,
        };
        if (options.BeforeConnect is not null)
        {
            phases.Begin("BeforeConnect", "BeforeConnect", "It is the application's function, and has not returned.");
            attempt = await options.BeforeConnect(attempt, cancellationToken).AsTask().WaitAsync(cancellationToken).ConfigureAwait(false); // it may not heed its token
        }

        if (options.ConnectStream is null) return await DialAsync(cancellationToken).ConfigureAwait(false);
        phases.Begin("ConnectStream", "ConnectStream", "It is the application's function, and has not returned.");
        return await SuppliedAsync(options.ConnectStream(attempt, cancellationToken).AsTask(), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends the first packet.</summary>
    public void SendConnect(ClientConnection connection)
    {
        phases.Begin("CONNACK", "CONNACK", "The server took the connection and did not answer CONNECT: it may not speak MQTT.");
        MqttClientOptions options = core.Options;
        MqttAddress? address = options.ConnectStream is null ? MqttAddress.Parse(attempt.Address) : null;
        string? userName = attempt.UserName ?? address?.UserName;
        ReadOnlyMemory<byte>? password = attempt.Password;
        if (password is null && address?.Password is string text) password = Encoding.UTF8.GetBytes(text);
        FlushStep step;
        lock (core.Gate)
        {
            try
            {
                core.Session.Connect(new ConnectPacket
                {
                    ClientId = Encoding.UTF8.GetBytes(options.ClientId),
                    CleanSession = options.CleanSession,
                    KeepAlive = (ushort)options.KeepAlive.TotalSeconds,
                    HasWill = options.Will is not null,
                    WillTopic = Encoding.UTF8.GetBytes(options.Will?.Topic ?? ""),
                    WillMessage = options.Will is null ? default : options.Will.Payload.Span,
                    WillQos = options.Will?.Qos ?? default,
                    WillRetain = options.Will?.Retain ?? false,
                    HasUserName = userName is not null,
                    UserName = Encoding.UTF8.GetBytes(userName ?? ""),
                    HasPassword = password is not null,
                    Password = password is null ? default : password.Value.Span,
                }, core.Now, connection.Output);
            }
            catch (ArgumentException failure)
            {
                throw ConnectFaults.NotWritable(failure);
            }

            step = connection.Appended();
        }

        connection.Flush(step);
    }

    /// <summary>CONNACK has come: one line for each connection.</summary>
    public void LogTimes()
    {
        TimeSpan all = phases.End();
        if (core.Options.Log is null && !RawMqttEventSource.Log.IsEnabled()) return;
        core.Log(MqttLogLevel.Information, $"Connected{Target} in {ConnectPhases.Milliseconds(all)}: {phases}");
    }

    /// <summary>CONNACK has not come in time.</summary>
    public MqttException TimedOut() => phases.TimedOut(Target, core.Options.ConnectTimeout);

    /// <summary>The connection stood and CONNACK did not come: what came instead may say what the server speaks.</summary>
    public Exception Diagnose(ClientConnection connection, Exception failure)
    {
        if (core.Options.ConnectStream is not null) return failure;
        if (failure is not MqttException { Code: MqttErrorCode.ConnectionLost or MqttErrorCode.ProtocolViolation or MqttErrorCode.PacketTooLarge } known) return failure;
        MqttAddress address = MqttAddress.Parse(attempt.Address);
        if (known.Code == MqttErrorCode.ConnectionLost) return PeerDiagnosis.OfNoConnAck(address, failure);
        return PeerDiagnosis.OfFirstAnswer(address, connection.Refused) ?? failure;
    }

    private async Task<Stream> DialAsync(CancellationToken cancellationToken)
    {
        MqttClientOptions options = core.Options;
        var dial = new DialOptions
        {
            ConnectTimeout = options.ConnectTimeout,
            Tls = options.Tls,
            RequestHeaders = attempt.RequestHeaders,
            Tap = options.Tap,
            Phases = phases,
            TimeProvider = options.TimeProvider,
        };
        return await Dialer.ConnectAsync(MqttAddress.Parse(attempt.Address), dial, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The application's stream, or an end when it does not come in time; then it is not left open when it comes late.</summary>
    private static async Task<Stream> SuppliedAsync(Task<Stream> supplying, CancellationToken cancellationToken)
    {
        try
        {
            return await supplying.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            _ = DisposeLateAsync(supplying);
            throw;
        }
    }

    private static async Task DisposeLateAsync(Task<Stream> supplying)
    {
        try
        {
            await (await supplying.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception) // nobody waits for it any more
        {
            // it never came
        }
    }

    private string Target => core.Options.ConnectStream is null && attempt.Address.Length > 0 ? $" to {MqttAddress.Parse(attempt.Address)}" : "";
}
