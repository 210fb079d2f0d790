// SPDX-License-Identifier: MIT

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace RawMqtt.AspNetCore;

/// <summary>Maps a broker to a path of an application.</summary>
public static class MqttEndpointExtensions
{
    /// <summary>Serves MQTT over WebSocket at a path, such as <c>/mqtt</c>: by an upgrade of HTTP/1.1, and by an extended CONNECT of HTTP/2 (RFC 8441), which
    /// browsers use on https pages.</summary>
    /// <remarks>
    /// The broker applies the rules of a listener: pages of the same origin and of <see cref="MqttBrokerOptions.AllowedOrigins"/>, the subprotocol
    /// <c>mqtt</c>, its limits, and anonymous clients from this machine alone unless <see cref="MqttBrokerOptions.AllowAnonymous"/> says otherwise. The
    /// broker needs no listener of its own. It ends its connections when the application begins to stop. <c>UseWebSockets</c> is not needed.
    /// </remarks>
    /// <param name="endpoints">The endpoints of the application.</param>
    /// <param name="pattern">The path.</param>
    /// <param name="broker">The broker; null for that of the services, which <c>AddMqttBroker</c> of RawMqtt.Hosting adds.</param>
    public static IEndpointConventionBuilder MapMqtt(this IEndpointRouteBuilder endpoints, string pattern, MqttBroker? broker = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var endpoint = new MqttEndpoint(pattern, () => broker ?? endpoints.ServiceProvider.GetRequiredService<MqttBroker>());
        IHostApplicationLifetime? lifetime = endpoints.ServiceProvider.GetService<IHostApplicationLifetime>();
        lifetime?.ApplicationStopping.Register(endpoint.Stop);
        return endpoints.Map(pattern, endpoint.ServeAsync).WithDisplayName($"MQTT {pattern}");
    }
}
