// SPDX-License-Identifier: MIT

using System.Text;

namespace RawMqtt.Browser;

/// <summary>Reads of an address what a browser does not take: its login, and the other names of the schemes.</summary>
internal static class BrowserAddress
{
    /// <summary>Returns ws or wss.</summary>
    /// <exception cref="MqttException"><see cref="MqttErrorCode.InvalidAddress"/>: another scheme.</exception>
    public static string SchemeOf(string address)
    {
        int end = address.IndexOf("://", StringComparison.Ordinal);
        string scheme = end < 0 ? "" : address[..end].ToLowerInvariant();
        return scheme switch
        {
            "ws" or "wx" or "ali" => "ws",
            "wss" or "wxs" or "alis" => "wss",
            _ => throw new MqttException(MqttErrorCode.InvalidAddress,
                $"A browser opens WebSockets alone, and the scheme of the address is \"{scheme}\". Give the server's ws or wss address, such as " +
                "ws://localhost:8083/mqtt."),
        };
    }

    /// <summary>Returns the attempt with the login of its address, if there is one, as its user name and password.</summary>
    public static MqttConnectAttempt TakeLogin(MqttConnectAttempt attempt)
    {
        string scheme = SchemeOf(attempt.Address);
        string rest = attempt.Address[(attempt.Address.IndexOf("://", StringComparison.Ordinal) + 3)..];
        int authorityEnd = rest.IndexOfAny(['/', '?', '#']) is var end and >= 0 ? end : rest.Length;
        int at = rest[..authorityEnd].LastIndexOf('@');
        string[] login = at < 0 ? [] : rest[..at].Split(':', 2);
        attempt = attempt with { Address = $"{scheme}://{rest[(at + 1)..]}" };
        if (login.Length == 0 || attempt.UserName is not null) return attempt;
        return attempt with
        {
            UserName = Encoding.UTF8.GetString(Decode(login[0])),
            Password = attempt.Password ?? (login.Length == 2 ? Decode(login[1]) : (ReadOnlyMemory<byte>?)null),
        };
    }

    /// <summary>Returns the bytes of a text with percent escapes, which the library has checked.</summary>
    private static byte[] Decode(string encoded)
    {
        var bytes = new List<byte>();
        for (int i = 0; i < encoded.Length; i++)
        {
            bool isEscape = encoded[i] == '%' && i + 2 < encoded.Length && char.IsAsciiHexDigit(encoded[i + 1]) && char.IsAsciiHexDigit(encoded[i + 2]);
            bytes.Add(isEscape ? Convert.ToByte(encoded.Substring(i + 1, 2), 16) : (byte)encoded[i]);
            if (isEscape) i += 2;
        }

        return [.. bytes];
    }
}
