// SPDX-License-Identifier: MIT

using Microsoft.Extensions.Configuration;
using RawMqtt.Server;

namespace RawMqtt.Hosting;

/// <summary>Reads the settings of a broker from a section of the configuration.</summary>
internal static class BrokerSection
{
    /// <exception cref="ConfigurationException">A name is not known, or a value is wrong; the message has its path.</exception>
    public static BrokerConfiguration Read(IConfiguration? configuration)
    {
        BrokerConfiguration read = BrokerConfiguration.Default;
        foreach (IConfigurationSection child in configuration?.GetChildren() ?? []) read = Read(read, child.Key, child);
        return read;
    }

    private static BrokerConfiguration Read(BrokerConfiguration read, string name, IConfigurationSection section)
    {
        IConfigurationSection[] children = [.. section.GetChildren()];
        try
        {
            if (children.Length == 0) return section.Value is { } value ? read.With(name, value, section.Path) : read;
            if (children.All(child => int.TryParse(child.Key, out _))) // a list
                return read.With(name, string.Join(',', children.Select(child => child.Value)), section.Path);
        }
        catch (ConfigurationException failure)
        {
            throw new ConfigurationException($"{section.Path}: {failure.Message}", failure);
        }

        foreach (IConfigurationSection child in children) read = Read(read, $"{name}.{child.Key}", child);
        return read;
    }
}
