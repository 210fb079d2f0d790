// SPDX-License-Identifier: MIT

using RawMqtt.Server.Configuration;

namespace RawMqtt.Server.Running;

/// <summary>Knows which settings a reload cannot change.</summary>
internal static class RestartNeeds
{
    /// <summary>The settings that are read again; all others are the broker's own, which it takes at its start.</summary>
    private static readonly HashSet<string> reloaded =
    [
        nameof(BrokerSettings.AccessFile), nameof(BrokerSettings.ClientIds), nameof(BrokerSettings.ClientCertificates),
        nameof(BrokerSettings.ClientCertificateAuthorityFile), nameof(BrokerSettings.ClientCertificateUserName), nameof(BrokerSettings.RevocationListFile),
        nameof(BrokerSettings.LogLevel), nameof(BrokerSettings.Quiet),
    ];

    /// <summary>Returns the names of settings that have changed and wait for a restart.</summary>
    public static IReadOnlyList<string> Find(BrokerSettings started, BrokerSettings now)
    {
        bool IsChanged(Setting setting) => SettingText.ToJson(setting.Get(started)) != SettingText.ToJson(setting.Get(now));
        List<string> names = [.. SettingTable.All.Where(setting => !reloaded.Contains(setting.Name) && IsChanged(setting)).Select(setting => setting.Name)];
        if (started.AccessFile is null != now.AccessFile is null) names.Add(nameof(BrokerSettings.AccessFile)); // the broker asks from its start, or never
        return names;
    }
}
