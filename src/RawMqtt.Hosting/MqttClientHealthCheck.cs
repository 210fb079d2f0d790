// SPDX-License-Identifier: MIT

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace RawMqtt.Hosting;

/// <summary>Checks whether a client is connected. If it is not, the result has the reason of its last fault.</summary>
/// <param name="client">The client.</param>
public sealed class MqttClientHealthCheck(MqttClient client) : IHealthCheck
{
    /// <summary>Returns the registration of the check of a client that was added by <see cref="MqttHostingExtensions"/>, for
    /// <c>services.AddHealthChecks().Add(...)</c>.</summary>
    /// <param name="name">The name of the client.</param>
    /// <param name="failureStatus">What a client that is not connected counts as; null for unhealthy.</param>
    /// <param name="tags">The tags of the check.</param>
    public static HealthCheckRegistration For(string name, HealthStatus? failureStatus = null, IEnumerable<string>? tags = null) =>
        new($"mqtt-{name}", provider => new MqttClientHealthCheck(provider.GetRequiredKeyedService<MqttClient>(name)), failureStatus, tags);

    /// <summary>Returns healthy if the client is connected; otherwise the failure status of the registration.</summary>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(context);
        MqttClientStatistics counted = client.Statistics;
        var data = new Dictionary<string, object>
        {
            ["state"] = client.State.ToString(),
            ["connections"] = counted.Connections,
            ["queued"] = counted.Queued,
            ["inFlight"] = counted.InFlight,
        };
        MqttException? fault = client.LastFault;
        return Task.FromResult(client.IsConnected
            ? HealthCheckResult.Healthy(data: data)
            : new HealthCheckResult(context.Registration.FailureStatus, $"{client.State}: {fault?.Message ?? "no connection yet"}", fault, data));
    }
}
