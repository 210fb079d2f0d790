// SPDX-License-Identifier: MIT

using System.CommandLine;
using RawMqtt.Cli;

namespace RawMqtt.Tests.Cli;

public class ToolArgumentsTests
{
    [Theory]
    [InlineData("sub --url ws://h/mqtt -t a -W 0.5 --connect-timeout 2.25")]
    [InlineData("pub --url ws://h/mqtt -t a -m b --repeat 2 --repeat-delay 0")]
    [InlineData("pub --url ws://h/mqtt -t a -l -M 65535 --max-packet 268435460 --servername h")]
    [InlineData("sub --url wss://h/mqtt -t a -H X:y")]
    [InlineData("sub ws://h/mqtt -t a")]
    [InlineData("pub -h h -p 1883 -t a -m b")]
    [InlineData("pub -t a -m b")]
    [InlineData("pub ws://h/mqtt -t a -m b --connect-timeout 2.5 --repeat 2 --repeat-delay 0.25")]
    [InlineData("sub ws://h/mqtt -t a -W .5 -k 0")]
    [InlineData("doctor ws://h/mqtt --timeout 1.5")]
    [InlineData("pub wss://h/mqtt -t a -m b --cert c --key k")]
    [InlineData("broker")]
    [InlineData("broker --path /other --allow-origin https://a.example --host-name a.example")]
    [InlineData("broker --wss 0.0.0.0:0 --path /other --cert c --key k --key-password-file p --host-name a.example --host-name 192.168.1.5")]
    [InlineData("broker --tls 127.0.0.1:0 --cert c")]
    [InlineData("broker --tcp 127.0.0.1:0 --trusted-proxy 10.0.0.0/8 --proxy-header X-Real-IP")]
    [InlineData("broker --log-level warning --log-json")]
    [InlineData("pub wss://h -t a -m b --cafile a --capath b --pin sha256//x --pin sha256//y --servername s --tls-alpn p --cert c --key-password-file f")]
    [InlineData("sub mqtts://h -t a --cert c --key k --insecure")]
    [InlineData("dev-cert a.lan 10.0.0.1 --dir d")]
    [InlineData("broker --dev-cert")]
    [InlineData("broker --dev-cert a.lan b.lan --dev-cert-dir d --wss 127.0.0.1:0")]
    [InlineData("doctor wss://h --keepalive 2 --idle 0.5 --page https://a --topic t --send-login --password-file f --json")]
    [InlineData("pub -A 127.0.0.1 --nodelay --proxy socks5h://u:p@h:1081 -t a -m b --quiet --debug")]
    [InlineData("pub --unix /tmp/s -t a -m b --account home")]
    [InlineData("pub --hostname h --protocol ws --path /p --clientId c --ca f -t a -m b")]
    [InlineData("pub -h h --ws -H X:y -t a -m b")]
    [InlineData("sub mqtts://h -t a --ciphers ECDHE-RSA-AES256-GCM-SHA384:TLS_AES_128_GCM_SHA256 --tls-version tlsv1.3 --keyform pem --tls-keylog f")]
    [InlineData("sub -h h --tls-use-os-certs -t a")]
    public void Arguments_are_taken(string arguments) => Assert.Empty(ErrorsOf(arguments));

    [Theory]
    [InlineData("sub --url ws://h/mqtt -t a -W 0", "-W takes seconds from 0.001 to 86400, such as 2 or 0.5, not \"0\"")]
    [InlineData("sub --url ws://h/mqtt -t a --connect-timeout 1e3", "--connect-timeout takes seconds")]
    [InlineData("pub --url ws://h/mqtt -t a -m b -M 0", "--max-inflight takes a whole number from 1 to 65535")]
    [InlineData("pub --url mqtt://h -t a -m b -H X:y", "--header is for ws and wss")]
    [InlineData("broker --dev-cert --cert a", "--dev-cert brings a certificate and its key")]
    [InlineData("doctor wss://h --keepalive 0", "--keepalive takes a whole number from 1 to 3600")]
    [InlineData("sub --url tls://h -t a --header X:y", "a connection by tls has no HTTP request")]
    [InlineData("pub -t a -m b -H X:y", "a connection by mqtt has no HTTP request")]
    [InlineData("pub -h h -t a -m b -H X:y", "a connection by mqtt has no HTTP request")]
    [InlineData("pub ws://h/mqtt -t a -m b -k 2.5", "--keepalive takes a whole number from 0 to 65535, not \"2.5\"")]
    [InlineData("pub ws://h/mqtt -t a -m b --repeat-delay 1", "--repeat-delay has no effect without --repeat")]
    [InlineData("pub wss://h/mqtt -t a -m b --key k", "--key has no effect without --cert")]
    [InlineData("doctor wss://h/mqtt --key k", "--key has no effect without --cert")]
    [InlineData("broker --tcp 127.0.0.1:0 --path /other", "--path has no effect without --ws or --wss")]
    [InlineData("broker --tcp 127.0.0.1:0 --allow-origin *", "--allow-origin has no effect without --ws or --wss")]
    [InlineData("broker --tls 127.0.0.1:0 --cert c --host-name a", "--host-name has no effect without --ws or --wss")]
    [InlineData("broker --cert c", "--cert has no effect without --wss or --tls")]
    [InlineData("broker --ws 127.0.0.1:0 --key k", "--key has no effect without --wss or --tls")]
    [InlineData("broker --wss 127.0.0.1:0 --key k", "--key has no effect without --cert")]
    [InlineData("broker --wss 127.0.0.1:0 --key-password-file k", "--key-password-file has no effect without --cert")]
    [InlineData("broker --proxy-header X-Real-IP", "--proxy-header has no effect without --trusted-proxy")]
    [InlineData("broker --quiet --log-json", "--log-json has no effect beside --quiet")]
    [InlineData("broker --quiet --log-level error", "--log-level has no effect beside --quiet")]
    [InlineData("pub -t a -m b --psk 00", "--psk needs TLS with a pre-shared key")]
    [InlineData("pub -t a -m b -D publish user-property a b", "-D belongs to MQTT 5")]
    [InlineData("sub -t a -x 5", "-x belongs to MQTT 5")]
    [InlineData("sub -t a -S", "-S needs SRV records")]
    [InlineData("sub -t a --proxy http://h", "--proxy takes socks5h://")]
    [InlineData("sub -t a -h h --unix s", "Give the address once")]
    [InlineData("sub ws://h -t a -p 1", "Give the address once")]
    [InlineData("sub -t a --protocol http", "--protocol takes mqtt, mqtts, ws or wss, not \"http\"")]
    [InlineData("sub -t a --path /x", "--path has no effect without --ws")]
    [InlineData("sub -t a --ws --protocol ws", "--ws has no effect beside --protocol")]
    [InlineData("sub mqtts://h -t a --tls-version tlsv1.1", "--tls-version takes tlsv1.2 or tlsv1.3")]
    [InlineData("sub mqtts://h -t a --ciphers HIGH:!aNULL", "--ciphers takes names such as")]
    [InlineData("sub mqtts://h -t a --keyform engine", "--keyform takes pem")]
    public void Mistakes_are_named(string arguments, string expected) =>
        Assert.Contains(ErrorsOf(arguments), error => error.Contains(expected, StringComparison.Ordinal));

    [Theory]
    [InlineData("pub ws://h:1/p -t a -m b", "ws://h:1/p")]
    [InlineData("pub -L wss://h -t a -m b", "wss://h")]
    [InlineData("pub -t a -m b", "mqtt://localhost:1883")]
    [InlineData("pub -h h -t a -m b", "mqtt://h:1883")]
    [InlineData("pub -p 1234 -t a -m b", "mqtt://localhost:1234")]
    [InlineData("pub -h ::1 -t a -m b", "mqtt://[::1]:1883")]
    [InlineData("pub -h h -p 8883 -t a -m b", "mqtts://h:8883")]
    [InlineData("pub -h h --cafile x -t a -m b", "mqtts://h:8883")]
    [InlineData("pub -h h --ws -t a -m b", "ws://h/mqtt")]
    [InlineData("pub -h h --ws --cafile x -p 81 -t a -m b", "wss://h:81/mqtt")]
    [InlineData("pub -h h --protocol wss --path x -t a -m b", "wss://h/x")]
    [InlineData("pub --protocol mqtts -t a -m b", "mqtts://localhost:8883")]
    [InlineData("pub --tls-use-os-certs -t a -m b", "mqtts://localhost:8883")]
    [InlineData("pub -p 8883 --no-tls -t a -m b", "mqtt://localhost:8883")]
    [InlineData("pub --unix /tmp/s -t a -m b", "mqtt://localhost")]
    public void The_address_is_read_from_a_url_or_from_host_and_port(string arguments, string url)
    {
        var command = new Command("pub");
        var address = new AddressArguments();
        var tls = new TlsArguments();
        address.AddTo(command);
        tls.AddTo(command);
        ParseResult parsed = command.Parse(arguments.Replace(" -t a -m b", "", StringComparison.Ordinal).Split(' ')[1..]);

        Assert.Empty(parsed.Errors);
        Assert.Equal(url, address.Read(parsed, tls.IsGiven(parsed)));
    }

    private static string[] ErrorsOf(string arguments) => [.. Tool.Create().Parse(arguments.Split(' ')).Errors.Select(error => error.Message)];
}
