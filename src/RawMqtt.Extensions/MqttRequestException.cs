// SPDX-License-Identifier: MIT

namespace RawMqtt.Extensions;

/// <summary>The exception of a request that a responder could not answer.</summary>
public sealed class MqttRequestException : Exception
{
    internal MqttRequestException(string message)
        : base(message)
    {
    }
}
