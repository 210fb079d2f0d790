// SPDX-License-Identifier: MIT

using System.Diagnostics.Tracing;

namespace RawMqtt.Clients;

/// <summary>The log lines of all clients for tools that listen from outside, such as <c>dotnet-trace</c>: source <c>RawMqtt</c>.</summary>
[EventSource(Name = "RawMqtt")]
internal sealed class RawMqttEventSource : EventSource
{
    public static readonly RawMqttEventSource Log = new();

    private RawMqttEventSource()
    {
    }

    [NonEvent]
    public void Client(string clientId, MqttLogLevel level, string message)
    {
        switch (level)
        {
            case MqttLogLevel.Information: ClientInformation(clientId, message); break;
            case MqttLogLevel.Warning: ClientWarning(clientId, message); break;
            default: ClientError(clientId, message); break;
        }
    }

    [Event(1, Level = EventLevel.Informational)]
    private void ClientInformation(string clientId, string message) => WriteEvent(1, clientId, message);

    [Event(2, Level = EventLevel.Warning)]
    private void ClientWarning(string clientId, string message) => WriteEvent(2, clientId, message);

    [Event(3, Level = EventLevel.Error)]
    private void ClientError(string clientId, string message) => WriteEvent(3, clientId, message);
}
