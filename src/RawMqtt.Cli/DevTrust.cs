// SPDX-License-Identifier: MIT

using System.Runtime.InteropServices;

namespace RawMqtt.Cli;

/// <summary>The lines by which each kind of client trusts a development authority. The tool runs none of them.</summary>
internal static class DevTrust
{
    /// <summary>Returns a kind of client and its line, for a broker at these addresses.</summary>
    public static IEnumerable<(string Client, string Line)> Lines(DevCertificates certificates, IReadOnlyList<string> addresses)
    {
        string authority = Quoted(certificates.AuthorityFile);
        string? wss = addresses.FirstOrDefault(address => address.StartsWith("wss:", StringComparison.Ordinal));
        string? mqtts = addresses.FirstOrDefault(address => address.StartsWith("mqtts:", StringComparison.Ordinal));

        yield return ("browser", Browser(certificates, authority));
        yield return ("firefox", $"Settings > Privacy & Security > View Certificates > Authorities > Import: {authority}");
        yield return ("node", OperatingSystem.IsWindows() ? $"set NODE_EXTRA_CA_CERTS={authority}" : $"NODE_EXTRA_CA_CERTS={authority} node app.js");
        yield return (".net", OperatingSystem.IsLinux()
            ? $"SSL_CERT_FILE={authority} dotnet run --no-restore" : $"new MqttTlsOptions {{ CertificateAuthorityFile = @\"{certificates.AuthorityFile}\" }}");
        if (wss is not null) yield return ("curl", $"curl --cacert {authority} {Quoted(Dialled("https", wss))}");
        if (mqtts is not null)
        {
            var uri = new Uri(Dialled("mqtts", mqtts));
            yield return ("mosquitto", $"mosquitto_sub -h {uri.Host.Trim('[', ']')} -p {uri.Port} --cafile {authority} -t test");
        }

        if ((wss ?? mqtts) is { } address)
            yield return ("rawmqtt", $"rawmqtt sub {Quoted(Dialled(address.Split(':')[0], address))} --cafile {authority} -t test");
    }

    /// <summary>Chrome, Chromium and Edge read the system's store, and on Linux one of their own.</summary>
    private static string Browser(DevCertificates certificates, string authority)
    {
        if (OperatingSystem.IsWindows()) return $"certutil -user -addstore Root {authority}";
        if (RuntimeInformation.IsOSPlatform(OSPlatform.OSX))
            return $"security add-trusted-cert -r trustRoot -p ssl -k ~/Library/Keychains/login.keychain-db {authority}";
        return "mkdir -p ~/.pki/nssdb && certutil -d sql:$HOME/.pki/nssdb -A -t C,, "
            + $"-n {Quoted(certificates.AuthoritySubject)} -i {authority}";
    }

    /// <summary>Returns an address that a client can dial, for one that a broker listens on.</summary>
    private static string Dialled(string scheme, string listened)
    {
        var uri = new Uri(listened);
        string host = uri.Host is "0.0.0.0" or "[::]" ? "localhost" : uri.Host;
        return $"{scheme}://{host}:{uri.Port}{(scheme[0] == 'm' ? "" : uri.PathAndQuery)}";
    }

    private static string Quoted(string text)
    {
        bool isPlain = text.All(c => char.IsAsciiLetterOrDigit(c) || "/._-:=@+[]".Contains(c));
        if (isPlain) return text;
        return OperatingSystem.IsWindows() ? $"\"{text}\"" : $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";
    }
}
