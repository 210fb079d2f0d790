// SPDX-License-Identifier: MIT

using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RawMqtt.AspNetCore;
using RawMqtt.Codec;
using RawMqtt.Extensions;
using RawMqtt.Hosting;

namespace RawMqtt.Tests.House;

/// <summary>The C# of docs/how-to.md, between markers; compiled here, compared by <see cref="ReadmeTests"/>, and run against a broker in memory.</summary>
public class HowToExamples
{
    private readonly ConcurrentQueue<string> seen = [];

    /// <summary>Ends a test that hangs.</summary>
    private static CancellationToken CancellationToken => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    [Fact]
    public async Task Several_filters_and_functions()
    {
        await using MemoryBroker memory = await MemoryBroker.StartAsync();
        MqttClient client = await memory.ConnectAsync();
        async Task StoreAsync(MqttMessage message)
        {
            await Task.Yield();
            seen.Enqueue(message.Topic);
        }

        // README >
        await using MqttSubscription both = await client.SubscribeAsync(["sensors/+/temperature", new("alarms/#", QualityOfService.AtLeastOnce)]);

        await using MqttReceiving receiving = await client.SubscribeAsync("sensors/#", async message => await StoreAsync(message));
        // README <
        await client.PublishAsync("sensors/1/temperature", "20");
        await foreach (MqttMessage message in both.WithCancellation(CancellationToken)) break;
        while (seen.IsEmpty) await client.PingAsync(CancellationToken);
        Assert.Equal("sensors/1/temperature", Assert.Single(seen));
    }

    [Fact]
    public async Task Json()
    {
        await using MemoryBroker memory = await MemoryBroker.StartAsync();
        MqttClient client = await memory.ConnectAsync();
        // README >
        await using MqttSubscription readings = await client.SubscribeAsync("readings/#");
        await client.PublishJsonAsync("readings/roof", new Reading("roof", 21.5), ReadingJson.Default.Reading);
        await foreach (MqttMessage message in readings)
        {
            Reading? reading = message.ReadJson(ReadingJson.Default.Reading);
            Console.WriteLine(reading?.Degrees);
            break;
        }
        // README <
    }

    [Fact]
    public async Task Request_and_response()
    {
        await using MemoryBroker memory = await MemoryBroker.StartAsync();
        MqttClient device = await memory.ConnectAsync();
        MqttClient client = await memory.ConnectAsync();
        // README >
        await using MqttReceiving service = await device.RespondAsync("pumps/7/dose", async (request, stop) =>
        {
            await Task.Delay(10, stop); // the work
            return Encoding.UTF8.GetBytes($"dosed {request.PayloadText}");
        });

        MqttMessage answer = await client.RequestAsync("pumps/7/dose", "12 ml", TimeSpan.FromSeconds(5));
        // README <
        Assert.Equal("dosed 12 ml", answer.PayloadText);
    }

    [Fact]
    public async Task Waiting()
    {
        await using MemoryBroker memory = await MemoryBroker.StartAsync();
        MqttClient client = await memory.ConnectAsync();
        TimeSpan interval = TimeSpan.FromMilliseconds(20);
        using ITimer door = TimeProvider.System.CreateTimer(_ => memory.Broker.Publish("doors/7", "open"), null, TimeSpan.Zero, interval);
        // README >
        MqttMessage opened = await client.WaitForAsync(
            "doors/7", message => message.PayloadText == "open", TimeSpan.FromSeconds(10),
            subscribed: stop => client.PublishAsync("doors/7/command", "open", cancellationToken: stop).AsTask());
        // README <
        Assert.Equal("open", opened.PayloadText);
    }

    [Fact]
    public async Task Reconnecting()
    {
        await using MemoryBroker memory = await MemoryBroker.StartAsync();
        await using var client = new MqttClient(memory.ClientOptions());
        // README >
        client.StateChanged += change =>
        {
            if (change.To == MqttClientState.Reconnecting) Console.WriteLine($"lost: {change.Cause?.Message}");
            if (change.To == MqttClientState.Connected) Console.WriteLine(change.SessionPresent ? "back, with the session" : "connected");
        };
        // README <
        client.StateChanged += change => seen.Enqueue(change.To.ToString());
        await client.OpenAsync(CancellationToken);
        Assert.Contains("Connected", seen);
    }

    [Fact]
    public async Task Kept_session()
    {
        string folder = Directory.CreateTempSubdirectory("rawmqtt").FullName;
        string path = Path.Combine(folder, "session");
        await using MemoryBroker memory = await MemoryBroker.StartAsync();
        // README >
        var options = new MqttClientOptions
        {
            Address = "wss://broker.example.com/mqtt",
            ClientId = "pump-7",     // names the session
            CleanSession = false,    // the server keeps it while the client is away
            SessionFile = path,      // and this process may end: the next one goes on
        };
        // README <
        await using (var client = new MqttClient(memory.ClientOptions(options))) await client.OpenAsync(CancellationToken);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task In_process_broker()
    {
        // README >
        await using MqttBroker broker = await MqttBroker.StartAsync(new MqttBrokerOptions { Listeners = [] });
        await using MqttClient client = await MqttClient.ConnectAsync(
            new MqttClientOptions { ConnectStream = (_, _) => ValueTask.FromResult(broker.Connect()) });
        await client.PublishAsync("inside/the/process", "no socket", QualityOfService.AtLeastOnce);
        // README <
    }

    [Fact]
    public async Task Testing()
    {
        // README >
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        MqttClient client = await broker.ConnectAsync();
        var back = new TaskCompletionSource();
        client.StateChanged += change => back.TrySetResult();

        broker.CutAll();                            // the network fails
        await broker.Time.AdvanceUntil(back.Task);  // the clock moves, and nothing waits
        // README <
    }

    [Fact]
    public void Certificates_of_the_program()
    {
        static X509Certificate2 FromVault(string name) => X509CertificateLoader.LoadPkcs12FromFile(name, null);
        // README >
        Func<MqttClientOptions> make = () => new MqttClientOptions
        {
            Address = "mqtts://broker.example.com",
            Tls = new MqttTlsOptions { CertificateAuthorities = [FromVault("authority")], Certificate = FromVault("pump-7") },
        };
        // README <
        Assert.NotNull(make);
    }

    internal static void Hosting(string[] args)
    {
        // README >
        HostApplicationBuilder builder = Host.CreateApplicationBuilder(args);
        builder.Services.AddMqttClient("pump", builder.Configuration.GetSection("Mqtt"));
        builder.Services.AddHealthChecks().Add(MqttClientHealthCheck.For("pump"));
        // README <
    }

    internal static async Task WebAsync(string[] args)
    {
        // README >
        WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
        builder.Services.AddMqttBroker(builder.Configuration.GetSection("Broker"), (_, options) => options with { Listeners = [] });
        WebApplication app = builder.Build();
        app.MapMqtt("/mqtt");
        // README <
        await app.RunAsync();
    }

    internal static MqttBrokerOptions Deciding()
    {
        // README >
        var options = new MqttBrokerOptions
        {
            Authenticate = (request, stop) => ValueTask.FromResult(
                request.UserName == "pump" ? ConnectReturnCode.Accepted : ConnectReturnCode.NotAuthorized),
            CanWrite = (client, topic) => topic.StartsWith(Encoding.UTF8.GetBytes($"pumps/{client.UserName}/")),
        };
        // README <
        return options;
    }

    internal static async Task FromMqttNetAsync()
    {
        // README >
        var options = new MqttClientOptions
        {
            Address = "ws://localhost:8083/mqtt",
            ClientId = "pump-7",
            UserName = "pump",
            PasswordText = "s3cret",
            Will = new MqttWill("pumps/7/state", "gone", QualityOfService.AtLeastOnce, retain: true),
        };
        await using MqttClient client = await MqttClient.ConnectAsync(options);
        await using MqttSubscription commands = await client.SubscribeAsync("pumps/7/command", QualityOfService.AtLeastOnce);
        await client.PublishAsync("pumps/7/state", "here", QualityOfService.AtLeastOnce, retain: true);
        await foreach (MqttMessage command in commands)
        {
            Console.WriteLine(command.PayloadText);
            await client.PublishAsync("pumps/7/done", command.Payload, QualityOfService.AtLeastOnce);
        }
        // README <
    }

    internal static double Degrees(MqttMessage message) => double.Parse(message.PayloadText, CultureInfo.InvariantCulture);
}
