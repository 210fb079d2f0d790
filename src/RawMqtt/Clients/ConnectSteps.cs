// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Codec;
using RawMqtt.Dialling;
using RawMqtt.Sessions;

namespace RawMqtt.Clients;

/// <summary>The steps of one connection, from the application's functions to CONNACK.</summary>
internal sealed class ConnectSteps(MqttClientOptions options, ClientLog log)
{
    private readonly ConnectPhases phases = new(options.TimeProvider);
    private MqttConnectAttempt attempt = new(0, "");

    /// <summary>Opens the stream that carries MQTT: asks the application's functions, then dials.</summary>
    public async Task<Stream> OpenStreamAsync(int number, int addressIndex, CancellationToken cancellationToken)
    {
        string address = options.Addresses.Count > 0 ? options.Addresses[addressIndex % options.Addresses.Count] : "";
        attempt = new MqttConnectAttempt(number, address)
        {
            RequestHeaders = options.RequestHeaders,
            UserName = options.UserName,
            Password = options.Password,
        };
        if (options.BeforeConnect is not null)
        {
            phases.Begin("BeforeConnect", ServerDiagnoses.TimeoutFunction);
            // it may ignore its token
            attempt = await options.BeforeConnect(attempt, cancellationToken).AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        if (options.ConnectStream is null) return await DialAsync(cancellationToken).ConfigureAwait(false);
        phases.Begin("ConnectStream", ServerDiagnoses.TimeoutFunction);
        return await TakeSuppliedAsync(options.ConnectStream(attempt, cancellationToken).AsTask(), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Appends CONNECT, under the gate.</summary>
    public void WriteConnect(ClientSession session, TimeSpan now, OutgoingBuffer output)
    {
        phases.Begin("CONNACK", ServerDiagnoses.TimeoutConnAck);
        MqttAddress? address = options.ConnectStream is null ? MqttAddress.Parse(attempt.Address) : null;
        string? userName = attempt.UserName ?? address?.UserName;
        ReadOnlyMemory<byte>? password = attempt.Password;
        if (password is null && address?.Password is byte[] bytes) password = bytes;
        try
        {
            session.Connect(new ConnectPacket
            {
                IsBridge = options.IsBridge,
                ClientId = Encoding.UTF8.GetBytes(options.ClientId ?? ""),
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
            }, now, output);
        }
        catch (ArgumentException failure)
        {
            throw ConnectFaults.NotWritable(failure);
        }
    }

    /// <summary>Logs one line for the connection: CONNACK has come.</summary>
    public void LogTimes()
    {
        TimeSpan all = phases.End();
        if (log.IsEnabled) log.Write(MqttLogLevel.Information, $"Connected{Target} in {ConnectPhases.Milliseconds(all)}: {phases}");
    }

    /// <summary>Returns the failure for a CONNACK that has not come in time.</summary>
    public MqttException TimedOut() => phases.TimedOut(Target, options.ConnectTimeout);

    /// <summary>Returns the failure for a connection without CONNACK: what came instead may tell what the server speaks.</summary>
    public Exception Diagnose(byte[] received, Exception failure)
    {
        if (options.ConnectStream is not null || failure is not MqttException known) return failure;
        MqttAddress address = MqttAddress.Parse(attempt.Address);
        return known.Code switch
        {
            MqttErrorCode.ConnectRefused => PeerDiagnosis.OfRefusal(address, known.ReturnCode!.Value),
            MqttErrorCode.ConnectionLost => PeerDiagnosis.OfNoConnAck(address, phases.CertificateRequest, known),
            MqttErrorCode.ProtocolViolation or MqttErrorCode.PacketTooLarge => PeerDiagnosis.OfFirstAnswer(address, received, known),
            _ => failure,
        };
    }

    private async Task<Stream> DialAsync(CancellationToken cancellationToken)
    {
        var dial = new DialOptions
        {
            ConnectTimeout = options.ConnectTimeout,
            Tls = options.Tls,
            RequestHeaders = attempt.RequestHeaders,
            Tap = options.Tap,
            Attempt = attempt,
            Transport = options.ConnectTransport,
            Phases = phases,
            TimeProvider = options.TimeProvider,
        };
        return await Dialer.ConnectAsync(MqttAddress.Parse(attempt.Address), dial, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Waits for the application's stream. If it comes after the wait was cancelled, it is disposed of.</summary>
    private static async Task<Stream> TakeSuppliedAsync(Task<Stream> supplying, CancellationToken cancellationToken)
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
        catch (Exception)
        {
            // the stream never came
        }
    }

    private string Target => options.ConnectStream is null && attempt.Address.Length > 0 ? $" to {MqttAddress.Parse(attempt.Address)}" : "";
}
