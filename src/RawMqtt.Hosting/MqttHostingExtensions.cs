// SPDX-License-Identifier: MIT

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace RawMqtt.Hosting;

/// <summary>Adds clients and a broker to the services of a host.</summary>
public static class MqttHostingExtensions
{
    /// <summary>Adds a client whose options stand in a section of the configuration, with the names of <see cref="MqttClientOptions"/>.</summary>
    /// <remarks>
    /// Texts are <c>Password</c> and <c>Will:Payload</c>; times are seconds or <c>hh:mm:ss</c>. A wrong name or value ends the start of the host with its
    /// path. The client is a keyed service; the first one is also the service <see cref="MqttClient"/>. It connects when the host starts, tries until
    /// it is connected (unless <c>RetryFirstConnect</c> is false: then the start waits, and fails with the client), and disconnects when the host
    /// stops. It logs to the category <c>RawMqtt.Client.NAME</c>.
    /// </remarks>
    /// <param name="services">The services.</param>
    /// <param name="name">The key of the client.</param>
    /// <param name="configuration">The section.</param>
    /// <param name="change">Changes the options after that; null for nothing.</param>
    public static IServiceCollection AddMqttClient(
        this IServiceCollection services, string name, IConfiguration configuration,
        Func<IServiceProvider, MqttClientOptions, MqttClientOptions>? change = null)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        return services.AddMqttClient(name, provider =>
        {
            MqttClientOptions options = ClientConfiguration.Read(configuration, new MqttClientOptions { RetryFirstConnect = true });
            return change is null ? options : change(provider, options);
        });
    }

    /// <summary>Adds a client whose options a function makes.</summary>
    /// <remarks>See the overload with a configuration for its life. <see cref="MqttClientOptions.Log"/> gets the logger of the host if it is
    /// null.</remarks>
    public static IServiceCollection AddMqttClient(this IServiceCollection services, string name, Func<IServiceProvider, MqttClientOptions> options)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(options);
        services.AddKeyedSingleton(name, (provider, _) => new HostedClient(name, options(provider), LoggerOf(provider, $"RawMqtt.Client.{name}")));
        services.AddKeyedSingleton(name, (provider, _) => provider.GetRequiredKeyedService<HostedClient>(name).Client);
        services.TryAddSingleton(provider => provider.GetRequiredKeyedService<MqttClient>(name));
        return services.AddSingleton<IHostedService>(provider => provider.GetRequiredKeyedService<HostedClient>(name));
    }

    /// <summary>Adds a broker whose settings stand in a section of the configuration, with the names of a configuration file of the broker, such as
    /// <c>Listeners</c> and <c>Limits:MaxPacketLength</c>.</summary>
    /// <remarks>The broker is the service <see cref="MqttBroker"/> while the host runs: it listens when the host has started, and stops with it. It logs to
    /// the category <c>RawMqtt.Broker</c>.</remarks>
    /// <param name="services">The services.</param>
    /// <param name="configuration">The section; null for the default settings.</param>
    /// <param name="change">Changes the options after that, such as for hooks; null for nothing.</param>
    public static IServiceCollection AddMqttBroker(
        this IServiceCollection services, IConfiguration? configuration = null, Func<IServiceProvider, MqttBrokerOptions, MqttBrokerOptions>? change = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddSingleton(provider => new HostedBroker(
            () => BrokerSection.Read(configuration), options => change?.Invoke(provider, options) ?? options, LoggerOf(provider, "RawMqtt.Broker")));
        services.AddSingleton(provider => provider.GetRequiredService<HostedBroker>().Broker);
        return services.AddSingleton<IHostedService>(provider => provider.GetRequiredService<HostedBroker>());
    }

    private static ILogger? LoggerOf(IServiceProvider provider, string category) => provider.GetService<ILoggerFactory>()?.CreateLogger(category);
}
