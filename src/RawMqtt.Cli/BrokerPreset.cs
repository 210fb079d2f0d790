// SPDX-License-Identifier: MIT

using RawMqtt.Server;

namespace RawMqtt.Cli;

/// <summary>Configurations with a name: what they set counts less than a file, the environment and the command line.</summary>
internal static class BrokerPreset
{
    private const string Emqx = "emqx";

    /// <summary>Adds the settings of a preset; null: none.</summary>
    /// <exception cref="ConfigurationException">There is no preset of that name.</exception>
    public static BrokerConfiguration Apply(string? name, BrokerConfiguration configuration) => name switch
    {
        null => configuration,
        Emqx => configuration.With(
            "Listeners", "mqtt://127.0.0.1:1883,ws://127.0.0.1:8083/mqtt,wss://127.0.0.1:8084/mqtt,mqtts://127.0.0.1:8883", $"preset {Emqx}"),
        _ => throw new ConfigurationException($"--preset knows {Emqx} alone, not \"{name}\"."),
    };
}
