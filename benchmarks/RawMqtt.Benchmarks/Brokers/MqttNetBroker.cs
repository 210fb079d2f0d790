// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MQTTnet.AspNetCore;

namespace RawMqtt.Benchmarks.Brokers;

/// <summary>MQTTnet's broker with its defaults, in Kestrel: a ws and a tcp listener.</summary>
internal static class MqttNetBroker
{
    public static async Task ServeAsync(string ws, string tcp)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddMqttServer();
        builder.Services.AddMqttConnectionHandler();
        builder.Services.AddConnections();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxConcurrentConnections = null;
            kestrel.Listen(IPAddress.Loopback, int.Parse(tcp, CultureInfo.InvariantCulture), listener => listener.UseMqtt());
            kestrel.Listen(IPAddress.Loopback, int.Parse(ws, CultureInfo.InvariantCulture), listener => listener.Protocols = HttpProtocols.Http1);
        });
        await using WebApplication app = builder.Build();
        app.MapConnectionHandler<MqttConnectionHandler>("/mqtt", options =>
            options.WebSockets.SubProtocolSelector = protocols => protocols.FirstOrDefault() ?? "");
        await app.RunAsync();
    }
}
