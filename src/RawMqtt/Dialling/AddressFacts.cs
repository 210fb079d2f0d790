// SPDX-License-Identifier: MIT

namespace RawMqtt.Dialling;

/// <summary>Puts the parts of an address among the facts of a diagnosis.</summary>
internal static class AddressFacts
{
    /// <summary>Returns the diagnosis with url, scheme, host, port, authority and path among the facts.</summary>
    public static MqttDiagnosis At(this DiagnosisEntry entry, MqttAddress address, params Fact[] facts) => entry.Of(
    [
        ("url", address.ToString()), ("scheme", MqttAddress.NameOf(address.Scheme)), ("host", address.Host), ("port", $"{address.Port}"),
        ("authority", address.Authority), ("path", address.ShownPath), .. facts,
    ]);

    /// <summary>Returns the exception of this diagnosis.</summary>
    public static MqttException Fault(this DiagnosisEntry entry, MqttAddress address, Exception? failure, params Fact[] facts) =>
        new(entry.Kind, entry.At(address, facts), failure);
}
