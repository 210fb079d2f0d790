// SPDX-License-Identifier: MIT

using System.Globalization;
using MQTTnet;
using MQTTnet.Formatter;
using RawMqtt.Interop.Parts;
using RawMqtt.Testing;
using RawMqtt.Tests.Dialling.Matrix;

namespace RawMqtt.Interop;

/// <summary>What is said when it does not connect to real programs: each endpoint by each scheme, with the code and the words of <c>matrix.tsv</c>.</summary>
public sealed class MatrixTests(MatrixPrograms programs) : IClassFixture<MatrixPrograms>
{
    private static readonly MatrixTable Table = MatrixTable.Read(Path.Combine(RealPart.Folder, "matrix.tsv"));

    public static TheoryData<string> Endpoints => [.. MatrixPrograms.Names];

    [Fact]
    public void Each_cell_is_decided_once() => Assert.Empty(Table.Undecided(MatrixPrograms.Names));

    [Theory]
    [MemberData(nameof(Endpoints))]
    public async Task Text_names_what_the_port_is(string endpoint)
    {
        bool isOneAtATime = endpoint.StartsWith("openssl", StringComparison.Ordinal);
        using var turn = new SemaphoreSlim(isOneAtATime ? 1 : MatrixTable.Schemes.Length);
        string[] differences = await Table.DifferencesAsync(endpoint, programs.PortOf(endpoint), async scheme =>
        {
            await turn.WaitAsync();
            try
            {
                return await FailureAsync(endpoint, scheme);
            }
            finally
            {
                turn.Release();
            }
        });

        Assert.True(differences.Length == 0, string.Join('\n', differences));
    }

    [Theory]
    [InlineData("our-tcp")]
    [InlineData("our-tls")]
    public async Task A_client_of_MQTT_5_is_told_by_our_broker(string endpoint)
    {
        string[] tls = endpoint == "our-tls" ? ["--cafile", programs.Authority] : [];

        Finished pub = await RealProcess.RunAsync(RealPart.MosquittoPub, [
            "-V", "mqttv5", "-h", "localhost", "-p", programs.PortOf(endpoint).ToString(CultureInfo.InvariantCulture), "-t", "a", "-m", "b", .. tls]);

        Assert.NotEqual(0, pub.ExitCode);
        Assert.Contains("rotocol", pub.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mqtt")]
    [InlineData("ws")]
    public async Task A_client_of_MQTT_5_is_a_line_in_the_log_of_our_broker(string scheme)
    {
        var lines = new System.Collections.Concurrent.ConcurrentQueue<string>();
        await using MqttBroker broker = await MqttBroker.StartAsync(new MqttBrokerOptions
        {
            Listeners = [$"{scheme}://127.0.0.1:0{(scheme == "ws" ? "/mqtt" : "")}"],
            Log = (_, line) => lines.Enqueue(line),
        });
        using IMqttClient client = new MqttClientFactory().CreateMqttClient();
        var uri = new Uri(broker.Addresses[0]);
        MqttClientOptionsBuilder options = new MqttClientOptionsBuilder().WithProtocolVersion(MqttProtocolVersion.V500);
        options = scheme == "ws" ? options.WithWebSocketServer(o => o.WithUri(broker.Addresses[0])) : options.WithTcpServer(uri.Host, uri.Port);
        using var limit = new CancellationTokenSource(RealProcess.Patience);

        MqttClientConnectResult answer = await client.ConnectAsync(options.Build(), limit.Token);
        await broker.StopAsync();

        Assert.NotEqual(MqttClientConnectResultCode.Success, answer.ResultCode);
        Assert.Contains(lines, line => line.Contains("MQTT 3.1.1", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("our-ws", "nginx-curly-quotes")]
    public async Task The_tool_says_it_in_its_own_words(string open, string refused)
    {
        string url = $"ws://localhost:{programs.PortOf(refused)}/mqtt";
        Finished pub = await RealProcess.RunToolAsync("pub", url, "-t", "a", "-m", "b");
        Finished other = await RealProcess.RunToolAsync("ping", $"mqtt://localhost:{programs.PortOf(open)}/a");

        Assert.Equal((4, 1), (pub.ExitCode, other.ExitCode));
        Assert.Contains("straight quotes", pub.Error, StringComparison.Ordinal);
        Assert.Contains($"A topic is given by -t: mqtt://localhost:{programs.PortOf(open)} -t a.", other.Error, StringComparison.Ordinal);
    }

    private async Task<MqttException?> FailureAsync(string endpoint, string scheme)
    {
        bool isTls = scheme is "mqtts" or "wss";
        var options = new MqttClientOptions
        {
            Address = $"{scheme}://localhost:{programs.PortOf(endpoint)}{(scheme[0] == 'w' ? "/mqtt" : "")}",
            ReconnectDelay = TimeSpan.Zero,
            Tls = isTls ? new MqttTlsOptions { CertificateAuthorityFile = programs.Authority } : null,
        };
        if (endpoint == "openssl" && isTls) options = Impatient(options);
        try
        {
            await using MqttClient client = await MqttClient.ConnectAsync(options);
            return null;
        }
        catch (MqttException failure)
        {
            return failure;
        }
    }

    /// <summary>s_server answers neither CONNECT nor a request for a WebSocket: the two seconds are over when the client has sent it.</summary>
    private static MqttClientOptions Impatient(MqttClientOptions options)
    {
        var time = new ManualTime();
        return options with
        {
            ConnectTimeout = TimeSpan.FromSeconds(2),
            TimeProvider = time,
            Tap = (direction, bytes) =>
            {
                if (direction == MqttTapDirection.Sent) _ = Task.Run(() => time.Advance(TimeSpan.FromSeconds(2)));
            },
        };
    }
}
