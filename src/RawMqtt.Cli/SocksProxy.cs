// SPDX-License-Identifier: MIT

using System.Buffers.Binary;
using System.Text;

namespace RawMqtt.Cli;

/// <summary>A SOCKS5 proxy, RFC 1928, without a login or with user name and password, RFC 1929. The proxy looks up names.</summary>
internal sealed record SocksProxy(string Host, int Port, string? UserName, string? Password)
{
    private const int DefaultPort = 1080;
    private const byte Socks5 = 5;
    private const byte NoLogin = 0;
    private const byte UserNameAndPassword = 2;

    private static readonly string[] Replies =
    [
        "it is granted", "a failure of the proxy", "its rules forbid it", "network unreachable", "host unreachable", "connection refused", "too far",
        "it cannot connect", "it does not know the kind of address",
    ];

    /// <summary>Reads socks5h://[USER[:PASSWORD]@]HOST[:PORT], with percent signs as in addresses; null if the text has another form.</summary>
    public static SocksProxy? TryParse(string url)
    {
        if (!url.StartsWith("socks5h://", StringComparison.OrdinalIgnoreCase)) return null;
        if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) || uri.Host.Length == 0) return null;
        string[] login = uri.UserInfo.Length == 0 ? [] : uri.UserInfo.Split(':', 2);
        return new SocksProxy(
            uri.IdnHost,
            uri.Port > 0 ? uri.Port : DefaultPort,
            login.Length > 0 ? Uri.UnescapeDataString(login[0]) : null,
            login.Length > 1 ? Uri.UnescapeDataString(login[1]) : null);
    }

    /// <summary>Asks the proxy at the other end for a connection to the host.</summary>
    /// <exception cref="MqttException">The proxy refuses, or is none.</exception>
    public async Task AskForAsync(Stream stream, string host, int port, CancellationToken cancellationToken)
    {
        try
        {
            await LogInAsync(stream, cancellationToken);
            byte[] name = Encoding.ASCII.GetBytes(new System.Globalization.IdnMapping().GetAscii(host));
            byte[] request = [Socks5, 1, 0, 3, (byte)name.Length, .. name, 0, 0];
            BinaryPrimitives.WriteUInt16BigEndian(request.AsSpan(^2), (ushort)port);
            await stream.WriteAsync(request, cancellationToken);
            byte[] head = await ReadAsync(stream, 5, cancellationToken);
            if (head[1] != 0) throw Refused($"does not connect to {host}:{port}: {(head[1] < Replies.Length ? Replies[head[1]] : $"reply {head[1]}")}");
            int address = head[3] switch { 1 => 4, 4 => 16, _ => head[4] + 1 };
            await ReadAsync(stream, address - 1 + 2, cancellationToken);
        }
        catch (IOException failure)
        {
            throw new MqttException(MqttErrorCode.HostUnreachable, $"The proxy {Host}:{Port} ended the connection: is it a SOCKS5 proxy?", failure);
        }
    }

    /// <summary>Shows no secrets.</summary>
    public override string ToString() => $"socks5h://{Host}:{Port}";

    private static async Task<byte[]> ReadAsync(Stream stream, int length, CancellationToken cancellationToken)
    {
        byte[] bytes = new byte[length];
        await stream.ReadExactlyAsync(bytes, cancellationToken);
        return bytes;
    }

    private async Task LogInAsync(Stream stream, CancellationToken cancellationToken)
    {
        byte method = UserName is null ? NoLogin : UserNameAndPassword;
        await stream.WriteAsync(new byte[] { Socks5, 1, method }, cancellationToken);
        byte[] chosen = await ReadAsync(stream, 2, cancellationToken);
        if (chosen[0] != Socks5) throw Refused("is no SOCKS5 proxy");
        if (chosen[1] != method) throw Refused(UserName is null ? "wants a login: give USER:PASSWORD@ in --proxy" : "does not take a user name and password");
        if (UserName is null) return;
        byte[] user = Encoding.UTF8.GetBytes(UserName);
        byte[] password = Encoding.UTF8.GetBytes(Password ?? "");
        await stream.WriteAsync(new byte[] { 1, (byte)user.Length }.Concat(user).Append((byte)password.Length).Concat(password).ToArray(), cancellationToken);
        if ((await ReadAsync(stream, 2, cancellationToken))[1] != 0) throw Refused("does not take the user name and password of --proxy");
    }

    private MqttException Refused(string what) => new(MqttErrorCode.HostUnreachable, $"The proxy {Host}:{Port} {what}.");
}
