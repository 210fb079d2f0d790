// SPDX-License-Identifier: MIT

namespace RawMqtt.Interop;

/// <summary>Programs of users, for <see cref="PackageTests"/>.</summary>
internal static class PackagePrograms
{
    public const string Console = """
        using RawMqtt;
        using RawMqtt.Extensions;
        using RawMqtt.Testing;
        await using MemoryBroker broker = await MemoryBroker.StartAsync();
        MqttClient client = await broker.ConnectAsync();
        MqttMessage message = await client.WaitForAsync("a", subscribed: stop => client.PublishAsync("a", "NAME runs", cancellationToken: stop).AsTask());
        Console.WriteLine(message.PayloadText);
        """;

    public const string Web = """
        using RawMqtt;
        using RawMqtt.AspNetCore;
        using RawMqtt.Hosting;
        WebApplicationBuilder builder = WebApplication.CreateBuilder(args);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddMqttBroker(change: (_, options) => options with { Listeners = [] });
        WebApplication app = builder.Build();
        app.MapMqtt("/mqtt");
        await app.StartAsync();
        await using (MqttClient client = await MqttClient.ConnectAsync(app.Urls.First().Replace("http", "ws") + "/mqtt"))
            await client.PublishAsync("a", "b", QualityOfService.AtLeastOnce);
        Console.WriteLine("NAME runs");
        await app.StopAsync();
        """;

    public const string Worker = """
        using RawMqtt;
        using RawMqtt.Hosting;
        HostApplicationBuilder builder = Host.CreateApplicationBuilder(args);
        builder.Services.AddMqttBroker(change: (_, options) => options with { Listeners = [] });
        builder.Services.AddMqttClient("own", services => new MqttClientOptions
        {
            ConnectStream = (_, _) => ValueTask.FromResult(services.GetRequiredService<MqttBroker>().Connect()),
        });
        using IHost host = builder.Build();
        await host.StartAsync();
        await host.Services.GetRequiredService<MqttClient>().PublishAsync("a", "b", QualityOfService.AtLeastOnce);
        Console.WriteLine("NAME runs");
        await host.StopAsync();
        """;
}
