// SPDX-License-Identifier: MIT

namespace RawMqtt.Cli;

/// <summary>What to try, in the words of the tool, for the diagnoses whose own advice names a member of the library.</summary>
/// <remarks>Names in braces are facts of the diagnosis. docs/troubleshooting.md shows these texts beside those of the library.</remarks>
internal static class ToolAdvice
{
    private const string Pin = "or give --pin {pin} after comparing it with what the server's owner sees (rawmqtt broker prints its own pin at the start).";

    /// <summary>Gets the advice by code. For other codes that of the library fits the tool as well.</summary>
    public static IReadOnlyDictionary<string, string> ByCode { get; } = new Dictionary<string, string>
    {
        ["address.path-on-tcp"] = "A topic is given by -t: {without} -t {topic}. If a WebSocket was meant, write {try}.",
        ["options.request-headers"] = "Leave the fields of the handshake itself out of -H.",
        ["tls.other-name"] =
            "Write a host that the certificate is for, give it by --servername, or ask for a certificate with this name as subject alternative name.",
        ["tls.address-not-named"] = "Write the host by a name of the certificate instead of its IP address, or give that name by --servername.",
        ["tls.self-signed"] =
            "If it is the one you expect, save it (openssl s_client -connect {authority} </dev/null | openssl x509 -out server.pem) and give " +
            "--cafile server.pem, " + Pin,
        ["tls.issuer-unknown"] = "Give the file of that authority's certificate by --cafile, " + Pin,
        ["tls.name-not-served"] = "Write the host as the server knows it, or give that name by --servername.",
        ["tls.client-certificate-wanted"] = "Give one, and its key, by --cert FILE --key FILE.",
        ["tls.client-certificate-refused"] =
            "Check with the server's owner which authority it takes, and the file of --cert with: openssl x509 -text -in FILE",
        ["tls.refused-by-function"] =
            "--insecure beside --cafile or --capath takes any name, and no other authority: give the file of the certificate's authority by --cafile.",
        ["tls.other-pin"] =
            "Compare it with what the server's owner sees (rawmqtt broker prints its own pin at the start); if it is the same, give --pin {pin}.",
        ["http.401"] = "Give it by -H \"Authorization: Basic $(printf %s USER:PASSWORD | base64)\", or by -H \"Authorization: Bearer TOKEN\".",
        ["http.403"] = "Check -H \"Origin: ...\", and the access rules of the server or of a proxy before it.",
        ["http.407"] = "Give it by -H \"Proxy-Authorization: Basic $(printf %s USER:PASSWORD | base64)\".",
        ["http.431"] = "Send fewer or shorter fields by -H, and a shorter path.",
        ["mqtt.refused.2"] = "Try another identifier by -i: 1 to 23 letters and digits are accepted everywhere.",
        ["mqtt.refused.4"] = "Check -u and the password, which -P, --password-file or the variable RAWMQTT_PASSWORD gives.",
        ["mqtt.refused.5"] = "Give a user name by -u, and the password by --password-file or the variable RAWMQTT_PASSWORD.",
    };
}
