// SPDX-License-Identifier: MIT

namespace RawMqtt.Server;

/// <summary>Reports a configuration, an access file or a certificate file that cannot be used. The message names file, line and member, and contains no
/// secret.</summary>
public sealed class ConfigurationException : Exception
{
    /// <summary>Creates an exception without a text.</summary>
    public ConfigurationException()
    {
    }

    /// <summary>Creates an exception with a text.</summary>
    public ConfigurationException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a text and its cause.</summary>
    public ConfigurationException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
