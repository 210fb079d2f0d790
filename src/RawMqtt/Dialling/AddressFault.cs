// SPDX-License-Identifier: MIT

namespace RawMqtt.Dialling;

/// <summary>Makes the exceptions for invalid addresses: each says what is wrong and what was probably meant.</summary>
internal static class AddressFault
{
    public static MqttException Empty() => Fault(AddressDiagnoses.Empty, "");

    public static MqttException MissingScheme(string text) => Fault(AddressDiagnoses.NoScheme, text, ("try", AddressProposal.For(text)));

    public static MqttException UnknownScheme(string text, int schemeEnd)
    {
        string scheme = text[..schemeEnd];
        DiagnosisEntry entry = AddressProposal.SchemeMeantBy(scheme) is null ? AddressDiagnoses.UnknownScheme : AddressDiagnoses.OtherScheme;
        return Fault(entry, text, ("scheme", scheme), ("try", AddressProposal.For(text)));
    }

    public static MqttException Fragment(string text) => // [WS-3-4], [WS-3-5]
        new(MqttErrorCode.InvalidAddress, AddressDiagnoses.Fragment.Of(("given", ShownAddress.Of(text)))) { Rule = "WS-3-4" };

    public static MqttException ForbiddenCharacter(string text, char c)
    {
        if (c == '\\') return Fault(AddressDiagnoses.Backslash, text, ("try", AddressProposal.For(text)));
        DiagnosisEntry entry = c is > ' ' and < (char)127 ? AddressDiagnoses.Character : c < 127 ? AddressDiagnoses.Space : AddressDiagnoses.NotAscii;
        return Fault(entry, text, ("character", entry.Code == "address.character" ? $"{c}" : $"{(int)c:X4}"), ("escape", $"%{(int)c:X2}"));
    }

    public static MqttException PercentSign(string text) => Fault(AddressDiagnoses.PercentSign, text);

    public static MqttException UserNameNotUtf8(string text) => Fault(AddressDiagnoses.UserNotUtf8, text);

    public static MqttException MissingHost(string text) => Fault(AddressDiagnoses.NoHost, text, ("try", AddressProposal.WithHost(text)));

    public static MqttException BracketOpen(string text) => Fault(AddressDiagnoses.BracketOpen, text);

    public static MqttException NotIPv6(string text, ReadOnlySpan<char> host) => Fault(AddressDiagnoses.NotIPv6, text, ("part", host.ToString()));

    public static MqttException SeveralColons(string text) => AddressProposal.ForIPv6(text) is { } proposal
        ? Fault(AddressDiagnoses.IPv6WithoutBrackets, text, ("try", proposal))
        : Fault(AddressDiagnoses.Colons, text);

    public static MqttException BadPort(string text, ReadOnlySpan<char> port)
    {
        bool hidesLogin = text.LastIndexOf('@') > text.IndexOf("://", StringComparison.Ordinal) + 3 &&
            !ShownAddress.Of(text).Contains(port.ToString(), StringComparison.Ordinal);
        if (hidesLogin) return Fault(AddressDiagnoses.LoginCharacters, text);
        int digits = port.IndexOfAnyExceptInRange('0', '9');
        string meant = digits > 0 ? $"Was :{port[..digits]}/{port[digits..].TrimStart('/')} meant?" : "Write the number of the port alone behind the colon.";
        return Fault(AddressDiagnoses.PortNotNumber, text, ("port", port.ToString()), ("meant", meant));
    }

    public static MqttException PortOutOfRange(string text, ReadOnlySpan<char> port, int lowest) =>
        Fault(AddressDiagnoses.PortRange, text, ("port", port.ToString()), ("lowest", $"{lowest}"));

    public static MqttException PathOnTcp(MqttAddress address)
    {
        MqttScheme scheme = address.IsTls ? MqttScheme.Wss : MqttScheme.Ws;
        int port = address.Port != address.DefaultPort ? address.Port : address.IsTls ? 8084 : 8083;
        string plain = (address with { UserName = null }).ToString();
        return AddressDiagnoses.PathOnTcp.Fault(address, null, ("without", plain), ("topic", address.ShownPath.TrimStart('/')),
            ("try", (address with { Scheme = scheme, Port = port, UserName = null }).ToString()));
    }

    public static MqttException UserOfListener(MqttAddress address) => AddressDiagnoses.ListenerUser.Fault(address, null);

    private static MqttException Fault(DiagnosisEntry entry, string text, params Fact[] facts) =>
        new(entry.Kind, entry.Of([("given", ShownAddress.Of(text)), .. facts]));
}
