// SPDX-License-Identifier: MIT

using System.Buffers.Text;
using System.Net.Security;
using System.Net.Sockets;
using RawMqtt.Browser;
using RawMqtt.Codec;
using RawMqtt.Server;
using RawMqtt.Transports;
using RawMqtt.WebSockets;

namespace RawMqtt.Tests.House;

/// <summary>The C# of the README, between markers; compiled here, and compared by <see cref="ReadmeTests"/>. The four lines also run.</summary>
public class ReadmeExamples
{
    [Fact]
    public async Task Four_lines_print_the_message()
    {
        await using MqttBroker broker = await MqttBroker.StartAsync(new MqttBrokerOptions { Listeners = ["ws://127.0.0.1:0/mqtt"] });
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await using MqttClient client = await MqttClient.ConnectAsync(broker.Addresses[0], limit.Token);
        await using MqttSubscription messages = await client.SubscribeAsync("testtopic", QualityOfService.AtLeastOnce);
        await client.PublishAsync("testtopic", "ws connection demo...!");
        await foreach (MqttMessage message in messages.WithCancellation(limit.Token))
        {
            Assert.Equal("testtopic: ws connection demo...!", $"{message.Topic}: {message.PayloadText}");
            break;
        }
    }

    internal static async Task PavedPathAsync(CancellationToken cancellationToken)
    {
#pragma warning disable CA2016 // shorter
        // README >
        await using MqttClient client = await MqttClient.ConnectAsync("ws://localhost:8083/mqtt", cancellationToken);
        await using MqttSubscription messages = await client.SubscribeAsync("testtopic", QualityOfService.AtLeastOnce);
        await client.PublishAsync("testtopic", "ws connection demo...!");
        await foreach (MqttMessage message in messages) Console.WriteLine($"{message.Topic}: {message.PayloadText}");
        // README <
#pragma warning restore CA2016
    }

    internal static async Task OptionsAsync(CancellationToken cancellationToken)
    {
        // README >
        var options = new MqttClientOptions
        {
            Address = "wss://localhost:8084/mqtt",
            CleanSession = true,
            KeepAlive = TimeSpan.FromSeconds(60),
            ConnectTimeout = TimeSpan.FromSeconds(30),
            ReconnectDelay = TimeSpan.FromSeconds(1),
            Will = new MqttWill("WillMsg", "Connection Closed abnormally..!"u8.ToArray()),
            Tls = new MqttTlsOptions { CertificateAuthorityFile = "ca.crt" },
        };
        await using MqttClient client = await MqttClient.ConnectAsync(options, cancellationToken);
        // README <
    }

    internal static async Task BridgeAsync(MqttBroker broker, CancellationToken cancellationToken)
    {
        // README >
        var far = new MqttClientOptions { Address = "wss://broker.example.com/mqtt" };
        MqttBridgeRule[] rules = [new("sensors/#"), new("commands/#", MqttBridgeDirection.In)];
        var options = new MqttBridgeOptions { Name = "cloud", Remote = far, Rules = rules };
        await using MqttBridge bridge = await MqttBridge.StartAsync(broker, options, cancellationToken);
        // README <
    }

    internal static async Task ReconnectingAsync(CancellationToken cancellationToken)
    {
        // README >
        var options = new MqttClientOptions
        {
            Addresses = ["wss://one.example.com/mqtt", "wss://two.example.com/mqtt"],
            ClientId = "pump-7",
            CleanSession = false,
        };
        await using var client = new MqttClient(options);
        client.StateChanged += change => Console.WriteLine($"{change.From} -> {change.To}: {change.Cause?.Message} next try in {change.NextDelay}");
        await client.OpenAsync(cancellationToken);
        await client.PublishAsync("pumps/7/dose", "12 ml", QualityOfService.ExactlyOnce, cancellationToken: cancellationToken);
        // README <
    }

    internal static async Task<double> ViewsAsync(MqttClient client, CancellationToken cancellationToken)
    {
        double hottest = 0;
        // README >
        await client.SubscribeAsync("sensors/+/temperature", (in MqttMessageView message) =>
        {
            if (Utf8Parser.TryParse(message.Payload, out double degrees, out _)) hottest = Math.Max(hottest, degrees);
        }, QualityOfService.AtMostOnce, cancellationToken);
        // README <
        return hottest;
    }

    internal static async Task BrokerAsync(CancellationToken cancellationToken)
    {
        // README >
        await using MqttBroker broker = await MqttBroker.StartAsync(new MqttBrokerOptions
        {
            Listeners = ["ws://127.0.0.1:8083/mqtt", "mqtt://127.0.0.1:1883"],
        }, cancellationToken);
        Console.WriteLine(string.Join(", ", broker.Addresses));
        // README <
    }

    [Fact]
    public async Task Layers_alone_deliver_a_message()
    {
        await using MqttBroker broker = await MqttBroker.StartAsync(new MqttBrokerOptions { Listeners = ["ws://127.0.0.1:0/mqtt"] });
        using MqttBrokerSubscription arrivals = broker.Subscribe("a");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync("127.0.0.1", new Uri(broker.Addresses[0]).Port, limit.Token);
        await LayersAsync(socket, limit.Token);
        await foreach (MqttMessage message in arrivals.WithCancellation(limit.Token))
        {
            Assert.Equal("hello", message.PayloadText);
            break;
        }
    }

    internal static async Task LayersAsync(Socket socket, CancellationToken cancellationToken)
    {
        // README >
        await using WebSocketStream stream = await WebSocketStream.ConnectAsync(new NetworkStream(socket),
            new ClientHandshake { Host = "localhost:8083" }, cancellationToken);
        byte[] bytes = new byte[64];
        int length = new ConnectPacket { ClientId = "small"u8, CleanSession = true }.Write(bytes);
        length += new PublishPacket { Topic = "a"u8, Payload = "hello"u8 }.Write(bytes.AsSpan(length));
        length += new DisconnectPacket().Write(bytes.AsSpan(length));
        await stream.WriteAsync(bytes.AsMemory(0, length), cancellationToken); // three packets, one frame, one write
        // README <
    }

    internal static async Task PublicBrokerAsync(CancellationToken cancellationToken)
    {
        // README >
        await using MqttBroker broker = await MqttBroker.StartAsync(new MqttBrokerOptions
        {
            Listeners = ["wss://0.0.0.0:8084/mqtt", "mqtts://0.0.0.0:8883"],
            CertificateFile = "server.crt",
            KeyFile = "server.key",
            PasswordFile = "users",
            AuthorizePublish = (client, message, _) => ValueTask.FromResult(message.Topic.StartsWith($"devices/{client.UserName}/", StringComparison.Ordinal)),
            Limits = new() { MaxPacketLength = 64 * 1024 },
            Log = (level, line) => Console.WriteLine($"{level}: {line}"),
        }, cancellationToken);
        using MqttBrokerSubscription alarms = broker.Subscribe("devices/+/alarm");
        broker.Publish("news", "the broker is up", retain: true);
        await foreach (MqttMessage alarm in alarms.WithCancellation(cancellationToken)) broker.Disconnect(alarm.Topic.Split('/')[1]);
        // README <
    }

    internal static MqttClientOptions Authorities()
    {
        // README >
        var options = new MqttClientOptions
        {
            Address = "mqtts://broker.example.com",
            Tls = new MqttTlsOptions
            {
                CertificateAuthorityFile = "ca.pem",        // one or more, in place of the machine's
                CertificateAuthorityFolder = "authorities", // and the PEM files of a folder
            },
        };
        // README <
        return options;
    }

    internal static MqttClientOptions Pinned()
    {
        // README >
        var options = new MqttClientOptions
        {
            Address = "wss://192.168.1.5:8084/mqtt",
            Tls = new MqttTlsOptions { Pin = "sha256//Cq2wJMP+ucnsXPd3QJsaO+l8Xq+iRw9u+FzyCsVtCss=" }, // several with ; between
        };
        // README <
        return options;
    }

    internal static MqttClientOptions ClientCertificate()
    {
        // README >
        var options = new MqttClientOptions
        {
            Address = "mqtts://broker.example.com",
            Tls = new MqttTlsOptions
            {
                CertificateFile = "pump-7.pem", // with its chain; or one PKCS #12 file (.pfx, .p12) with the key
                KeyFile = "pump-7.key",
                KeyPassword = Environment.GetEnvironmentVariable("PUMP_KEY_PASSWORD"), // if the key is encrypted
            },
        };
        // README <
        return options;
    }

    internal static MqttClientOptions OwnCheck()
    {
        // README >
        var options = new MqttClientOptions
        {
            Address = "mqtts://broker.example.com",
            Tls = new MqttTlsOptions
            {
                ValidateCertificate = (_, certificate, _, errors) => errors == SslPolicyErrors.None && certificate!.Subject.Contains("O=Waterworks"),
            },
        };
        // README <
        return options;
    }

    [System.Runtime.Versioning.SupportedOSPlatform("browser")]
    internal static async Task PageInABrowser(CancellationToken cancellationToken)
    {
        // README >
        MqttClientOptions options = BrowserWebSocket.Use(new MqttClientOptions { Address = "wss://broker.example.com:8084/mqtt" });
        await using MqttClient client = await MqttClient.ConnectAsync(options, cancellationToken);
        // README <
    }
}
