// SPDX-License-Identifier: MIT

using System.Diagnostics;
using System.Security.Cryptography;

namespace RawMqtt.Cli;

/// <summary>The steps of the doctor for which a client connects as pub and sub do: without a login, with it, a message there and back, silence.</summary>
internal sealed class DoctorSession(DoctorTarget target, MqttClientOptions options, TimeSpan patience, DoctorReport report)
{
    /// <summary>Gets whether user name, password and query may be sent: over TLS that proves its certificate, on this machine, or if the user says
    /// so.</summary>
    public required bool SendsLogin { get; init; }

    /// <summary>Gets the topic below which the message is sent; null for one of the doctor's own, which the server may forbid without a fault.</summary>
    public string? Topic { get; init; }

    /// <summary>Gets the keep alive with which a client is silent, to see whether the server ends the connection; null for no such step.</summary>
    public TimeSpan? KeepAlive { get; init; }

    /// <summary>Gets how much longer than it has to a server may wait; mosquitto looks every 5 seconds.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets how long a connection without keep alive is silent, to see whether something cuts it; null for no such step.</summary>
    public TimeSpan? Idle { get; init; }

    private bool HasLogin => options.UserName is not null;

    private MqttClientOptions WithLogin => options with
    {
        Address = target.Dialled(hasQuery: SendsLogin),
        ConnectTimeout = 2 * patience,
        ReconnectDelay = TimeSpan.Zero,
    };

    private MqttClientOptions WithoutLogin => WithLogin with { UserName = null, Password = null };

    /// <summary>Runs the steps that make sense after the ones before.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        bool logsIn = HasLogin && SendsLogin;
        (bool isAccepted, bool isAnswered) = await ConnectAsync("connect", WithoutLogin, !logsIn, cancellationToken);
        if (!SendsLogin && (HasLogin || target.Query.Length > 0))
        {
            report.Conclude("login", $"The {(HasLogin ? "login" : "query of the address, which may be a login,")} is not sent: the connection is not proved by "
                + "TLS and not local. --send-login sends it.");
        }

        if (logsIn && isAnswered) (isAccepted, _) = await ConnectAsync("login", WithLogin, true, cancellationToken);
        if (!isAccepted) return;
        MqttClientOptions accepted = logsIn ? WithLogin : WithoutLogin;
        await SendRoundAsync(accepted, cancellationToken);
        if (KeepAlive is { } keepAlive) await KeepAliveAsync(accepted, keepAlive, cancellationToken);
        if (Idle is { } idle) await IdleAsync(accepted, idle, cancellationToken);
    }

    /// <summary>Connects as the client does, so that its diagnosis is the verdict.</summary>
    /// <returns>Whether the server accepted the client, and whether it got as far as CONNECT.</returns>
    private async Task<(bool IsAccepted, bool IsAnswered)> ConnectAsync(
        string step, MqttClientOptions how, bool decides, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        try
        {
            MqttClient client = await MqttClient.ConnectAsync(how, cancellationToken);
            report.Add(step, $"{target.With(target.Scheme)} accepts the client{(how.UserName is null ? " without a login" : " and its login")}.", start);
            await ConnectionArguments.EndAsync(client);
            return (true, true);
        }
        catch (MqttException failure)
        {
            bool isAnswered = (int)failure.Code >= (int)MqttErrorCode.ConnectRefused;
            string without = decides || !isAnswered ? "" : "Without a login: ";
            report.Add(step, without + ToolWords.Of(failure), start, decides || !isAnswered ? ExitCode.Of(failure.Code) : ExitCode.Done);
            return (false, isAnswered);
        }
    }

    private async Task SendRoundAsync(MqttClientOptions how, CancellationToken cancellationToken)
    {
        string topic = $"{Topic ?? "rawmqtt-doctor"}/{RandomNumberGenerator.GetHexString(16, lowercase: true)}";
        long start = Stopwatch.GetTimestamp();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(patience);
        MqttClient? client = null;
        try
        {
            client = await MqttClient.ConnectAsync(how, limit.Token);
            MqttSubscription messages = await client.SubscribeAsync(topic, cancellationToken: limit.Token);
            await client.PublishAsync(topic, "round", cancellationToken: limit.Token);
            await foreach (MqttMessage _ in messages.WithCancellation(limit.Token)) break;
            report.Add("round", $"A message came back on {topic}.", start);
        }
        catch (MqttException failure) when (client is not null && Topic is null && MayForbid(failure.Code))
        {
            Forbidden(failure.Code == MqttErrorCode.SubscriptionRefused ? "the server refuses the subscription" : "the server ends the connection");
        }
        catch (MqttException failure)
        {
            report.Add("round", $"{ToolWords.Of(failure)} The topic was {topic}.", start, ExitCode.Of(failure.Code));
        }
        catch (OperationCanceledException) when (client is not null && Topic is null && !cancellationToken.IsCancellationRequested)
        {
            Forbidden("no message came back");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            string verdict = client is null ? $"The server did not accept the client a second time within {Seconds(patience)}."
                : $"No message came back on {topic}: the server may not let this client publish or subscribe there (--topic).";
            report.Add("round", verdict, start, ExitCode.ConnectionLost);
        }
        finally
        {
            if (client is not null) await ConnectionArguments.EndAsync(client);
        }

        void Forbidden(string observed) =>
            report.Add("round", $"A message on {topic} is probably not allowed here: {observed}. To try one that this client may use, give --topic.", start);
    }

    /// <summary>Returns whether a server that forbids a topic fails a message like this: MQTT 3.1.1 has an answer to SUBSCRIBE alone.</summary>
    private static bool MayForbid(MqttErrorCode code) => code is MqttErrorCode.SubscriptionRefused or MqttErrorCode.ConnectionLost
        or MqttErrorCode.PacketRejected or MqttErrorCode.AckTimeout or MqttErrorCode.NotConnected;

    /// <summary>A server ends a connection that is silent for one and a half times its keep alive, 3.1.2.10.</summary>
    private async Task KeepAliveAsync(MqttClientOptions how, TimeSpan keepAlive, CancellationToken cancellationToken)
    {
        TimeSpan most = (1.5 * keepAlive) + Grace;
        MqttClientOptions silent = how with { KeepAlive = keepAlive, TimeProvider = new StoppedClock() }; // whose timers never ask for a ping
        await BeSilentAsync("keepalive", silent, most, (ended, _) => ended switch
        {
            null => ($"A client with keep alive {keepAlive.TotalSeconds} s was silent for {Seconds(most)}, and the server did not end the connection "
                + "[MQTT-3.1.2-24].", ExitCode.ConnectionLost),
            { } time when time < keepAlive => ($"The connection was cut after {Seconds(time)} of silence, before the keep alive of "
                + $"{keepAlive.TotalSeconds} s was over.", ExitCode.ConnectionLost),
            { } time => ($"The server ended a silent client with keep alive {keepAlive.TotalSeconds} s after {Seconds(time)}.", ExitCode.Done),
        }, cancellationToken);
    }

    /// <summary>A proxy between may cut a connection without data; a keep alive below its limit prevents that.</summary>
    private Task IdleAsync(MqttClientOptions how, TimeSpan idle, CancellationToken cancellationToken) =>
        BeSilentAsync("idle", how with { KeepAlive = TimeSpan.Zero }, idle, (ended, isAlive) => (ended, isAlive) switch
        {
            ({ } time, _) => ($"The connection was cut after {Seconds(time)} without data: use a keep alive below that, or raise the limit of the proxy "
                + "(nginx: proxy_read_timeout).", ExitCode.ConnectionLost),
            (null, false) => ($"After {Seconds(idle)} without data the server no longer answers: something between has forgotten the connection.",
                ExitCode.ConnectionLost),
            _ => ($"The connection stood {Seconds(idle)} without data, and works.", ExitCode.Done),
        }, cancellationToken);

    /// <summary>Connects, sends nothing until the connection or the time ends, and then asks for a ping.</summary>
    private async Task BeSilentAsync(
        string step, MqttClientOptions how, TimeSpan most, Func<TimeSpan?, bool, (string Verdict, int ExitCode)> judge, CancellationToken cancellationToken)
    {
        long start = Stopwatch.GetTimestamp();
        MqttClient? client = null;
        try
        {
            var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            client = new MqttClient(how);
            client.StateChanged += change =>
            {
                if (change.From == MqttClientState.Connected) ended.TrySetResult();
            };
            await client.OpenAsync(cancellationToken).WaitAsync(2 * patience, cancellationToken);
            long connected = Stopwatch.GetTimestamp();
            bool isEnded = await Task.WhenAny(ended.Task, Task.Delay(most, cancellationToken)) == ended.Task;
            cancellationToken.ThrowIfCancellationRequested();
            TimeSpan silence = Stopwatch.GetElapsedTime(connected);
            bool isAlive = !isEnded && await IsAliveAsync(client, cancellationToken);
            (string verdict, int exitCode) = judge(isEnded ? silence : null, isAlive);
            report.Add(step, verdict, start, exitCode);
        }
        catch (MqttException failure)
        {
            report.Add(step, ToolWords.Of(failure), start, ExitCode.Of(failure.Code));
        }
        catch (TimeoutException)
        {
            report.Add(step, $"The server did not accept the client within {Seconds(2 * patience)}.", start, ExitCode.NotConnected);
        }
        finally
        {
            if (client is not null) await ConnectionArguments.EndAsync(client);
        }
    }

    private async Task<bool> IsAliveAsync(MqttClient client, CancellationToken cancellationToken)
    {
        try
        {
            await client.PingAsync(cancellationToken).WaitAsync(patience, cancellationToken);
            return true;
        }
        catch (Exception failure) when (failure is MqttException or TimeoutException)
        {
            return false;
        }
    }

    private static string Seconds(TimeSpan time) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.#} s");

    /// <summary>A clock that stands, so that a client with it never finds that it has been silent.</summary>
    private sealed class StoppedClock : TimeProvider
    {
        public override long GetTimestamp() => 0;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new NoTimer();

        private sealed class NoTimer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
                // nothing runs
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
