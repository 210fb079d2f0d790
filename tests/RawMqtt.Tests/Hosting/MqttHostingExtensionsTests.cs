// SPDX-License-Identifier: MIT

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RawMqtt.Hosting;

namespace RawMqtt.Tests.Hosting;

public class MqttHostingExtensionsTests
{
    /// <summary>Ends a test that hangs.</summary>
    private static CancellationToken Limit => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    [Fact]
    public async Task A_client_lives_as_long_as_its_host()
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddMqttClient("one", _ => Memory(broker, "one"));
        builder.Services.AddMqttClient("two", _ => Memory(broker, "two"));
        using IHost host = builder.Build();

        await host.StartAsync(Limit);
        MqttClient one = host.Services.GetRequiredService<MqttClient>();
        Assert.Same(one, host.Services.GetRequiredKeyedService<MqttClient>("one"));
        await one.OpenAsync(Limit);
        await host.Services.GetRequiredKeyedService<MqttClient>("two").OpenAsync(Limit);
        Assert.Equal(["one", "two"], broker.Broker.Clients.Select(client => client.ClientId).Order());

        await host.StopAsync(Limit);
        Assert.False(one.IsConnected);
    }

    [Fact]
    public async Task Options_stand_in_the_configuration()
    {
        var connects = new TaskCompletionSource<MqttConnectRequest>();
        await using MemoryBroker broker = await MemoryBroker.StartAsync(new MqttBrokerOptions
        {
            Authenticate = (request, _) =>
            {
                connects.TrySetResult(request);
                return ValueTask.FromResult(RawMqtt.Codec.ConnectReturnCode.Accepted);
            },
        });
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Mqtt:Address"] = "mqtt://broker.example.com",
            ["Mqtt:ClientId"] = "pump-7",
            ["Mqtt:UserName"] = "pump",
            ["Mqtt:Password"] = "secret",
            ["Mqtt:KeepAlive"] = "90",
            ["Mqtt:CleanSession"] = "false",
            ["Mqtt:Will:Topic"] = "pumps/7/state",
            ["Mqtt:Will:Payload"] = "gone",
            ["Mqtt:Will:Qos"] = "AtLeastOnce",
            ["Mqtt:Subscriptions:0"] = "pumps/7/#",
        });
        builder.Services.AddMqttClient("pump", builder.Configuration.GetSection("Mqtt"), (_, options) => broker.ClientOptions(options));
        using IHost host = builder.Build();
        await host.StartAsync(Limit);

        MqttConnectRequest request = await connects.Task.WaitAsync(Limit);
        Assert.Equal(("pump-7", "pump", (ushort)90, "pumps/7/state"), (request.ClientId, request.UserName, request.KeepAlive, request.WillTopic));
        Assert.Equal("secret"u8, request.Password!.Value.Span);
        await host.StopAsync(Limit);
    }

    [Theory]
    [InlineData("Mqtt:KeepAlife", "60", "Mqtt:KeepAlife is no option")]
    [InlineData("Mqtt:KeepAlive", "soon", "Mqtt:KeepAlive is seconds, or hh:mm:ss")]
    [InlineData("Mqtt:Will:Qos", "3", "Mqtt:Will:Qos is one of AtMostOnce, AtLeastOnce, ExactlyOnce")]
    [InlineData("Mqtt:Tls:Pins", "x", "Mqtt:Tls:Pins is no option")]
    [InlineData("Mqtt:Password", "x", "MQTT-3.1.2-22")]
    public async Task A_wrong_option_ends_the_start_of_the_host(string name, string value, string says)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Mqtt:Address"] = "mqtt://localhost", [name] = value });
        builder.Services.AddMqttClient("pump", builder.Configuration.GetSection("Mqtt"));
        using IHost host = builder.Build();

        Exception failure = await Assert.ThrowsAnyAsync<Exception>(() => host.StartAsync(Limit));

        Assert.Contains(says, failure.Message);
    }

    [Fact]
    public async Task Without_RetryFirstConnect_the_start_fails_with_the_client()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Mqtt:Address"] = "mqtt://127.0.0.1:1",
            ["Mqtt:RetryFirstConnect"] = "false",
        });
        builder.Services.AddMqttClient("pump", builder.Configuration.GetSection("Mqtt"));
        using IHost host = builder.Build();

        Assert.Equal(MqttErrorCode.ConnectionRefused, (await Assert.ThrowsAsync<MqttException>(() => host.StartAsync(Limit))).Code);
    }

    [Fact]
    public async Task A_broker_of_the_same_host_is_there_before_its_clients()
    {
        var log = new KeptLog();
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddProvider(log);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Broker:Listeners:0"] = "mqtt://127.0.0.1:0",
            ["Broker:Limits:MaxPacketLength"] = "1000",
        });
        builder.Services.AddMqttClient("own", services => new MqttClientOptions
        {
            ConnectStream = (_, _) => ValueTask.FromResult(services.GetRequiredService<MqttBroker>().Connect()),
        });
        builder.Services.AddMqttBroker(builder.Configuration.GetSection("Broker"));
        using (IHost host = builder.Build())
        {
            await host.StartAsync(Limit);
            Assert.True(host.Services.GetRequiredService<MqttClient>().IsConnected);
            await host.StopAsync(Limit);
        }

        Assert.Contains(log.Lines, line => line is { Category: "RawMqtt.Broker", Event: { Id: 100, Name: "listening" } });
        Assert.Contains(log.Lines, line => line is { Category: "RawMqtt.Broker", Event.Name: "connected" } && line.Fields.ContainsKey("client"));
        Assert.Contains(log.Lines, line => line is { Category: "RawMqtt.Client.own", Event: { Id: 1, Name: "Connected" } });
    }

    [Fact]
    public async Task A_wrong_setting_of_the_broker_is_told_with_its_path()
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Broker:Limits:MaxPacketLenght"] = "1000" });
        builder.Services.AddMqttBroker(builder.Configuration.GetSection("Broker"));
        using IHost host = builder.Build();

        Exception failure = await Assert.ThrowsAnyAsync<Exception>(() => host.StartAsync(Limit));

        Assert.Contains("Broker:Limits:MaxPacketLenght: Limits.MaxPacketLenght is not known", failure.Message);
    }

    [Fact]
    public async Task The_health_of_a_client_is_its_connection()
    {
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddMqttClient("one", _ => Memory(broker, "one"));
        services.AddHealthChecks().Add(MqttClientHealthCheck.For("one"));
        await using ServiceProvider provider = services.BuildServiceProvider();
        HealthCheckService health = provider.GetRequiredService<HealthCheckService>();

        HealthReport before = await health.CheckHealthAsync(Limit);
        await provider.GetRequiredService<MqttClient>().OpenAsync(Limit);
        HealthReport after = await health.CheckHealthAsync(Limit);

        Assert.Equal((HealthStatus.Unhealthy, "Disconnected: no connection yet"), (before.Status, before.Entries["mqtt-one"].Description));
        Assert.Equal(HealthStatus.Healthy, after.Status);
    }

    private static MqttClientOptions Memory(MemoryBroker broker, string clientId) => broker.ClientOptions(new MqttClientOptions { ClientId = clientId });
}
