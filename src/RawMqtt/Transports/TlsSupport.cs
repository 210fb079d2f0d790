// SPDX-License-Identifier: MIT

using System.Diagnostics.CodeAnalysis;

namespace RawMqtt.Transports;

/// <summary>Whether the program contains TLS. Without it, a native program is 3 MB smaller, and wss and mqtts are refused.</summary>
/// <remarks>The switch stands in the csproj of the program: <c>RuntimeHostConfigurationOption</c> with <c>Trim="true"</c>. See docs/embedded.md.</remarks>
internal static class TlsSupport
{
    private const string Name = "RawMqtt.Tls.IsSupported";

    [FeatureSwitchDefinition(Name)]
    public static bool IsSupported => !AppContext.TryGetSwitch(Name, out bool isSupported) || isSupported;
}
