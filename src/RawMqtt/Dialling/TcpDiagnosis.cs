// SPDX-License-Identifier: MIT

using System.Net.Sockets;

namespace RawMqtt.Dialling;

/// <summary>Concludes why no address of a host accepted a TCP connection.</summary>
internal static class TcpDiagnosis
{
    /// <param name="address">The address that was dialled.</param>
    /// <param name="failures">What happened with each address of its host.</param>
    public static MqttException Of(MqttAddress address, List<HostFailure> failures)
    {
        if (failures.TrueForAll(failure => failure.Error == SocketError.ConnectionReset))
            return PeerDiagnosis.OfReset(address, MqttErrorCode.HostUnreachable, PortGuess.ForReset(address), null);
        DiagnosisEntry entry = !failures.Exists(failure => failure.Error == SocketError.ConnectionRefused) ? ServerDiagnoses.Unreachable
            : address.Port == address.DefaultPort && address.IsWebSocket ? ServerDiagnoses.RefusedDefaultPort
            : address is { Port: 8884, Scheme: MqttScheme.Mqtts } ? ServerDiagnoses.Refused8884
            : ServerDiagnoses.Refused;
        int usual = address.IsTls ? address.IsWebSocket ? 8084 : 8883 : 8083;
        string tried = string.Join(", ", failures.ConvertAll(failure => $"{failure.Host}: {NameOf(failure.Error)}"));
        return entry.Fault(address, null, ("tried", tried), ("usual", $"{usual}"), ("try", PortGuess.With(address, address.Scheme, usual)));
    }

    private static string NameOf(SocketError error) => error switch
    {
        SocketError.ConnectionRefused => "connection refused",
        SocketError.TimedOut => "no answer",
        SocketError.HostUnreachable => "host unreachable",
        SocketError.NetworkUnreachable => "network unreachable",
        SocketError.ConnectionReset => "connection reset",
        SocketError.AccessDenied => "access denied",
        _ => error.ToString(),
    };
}
