// SPDX-License-Identifier: MIT

namespace RawMqtt.Cli;

/// <summary>The numbers that the tool ends with; scripts rely on them.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int WrongArguments = 1;
    public const int NotConnected = 2;
    public const int Tls = 3;
    public const int UpgradeRefused = 4;
    public const int ConnectRefused = 5;
    public const int ConnectionLost = 6;
    public const int SubscriptionRefused = 7;
    public const int File = 8;
    public const int InvalidBytes = 9;
    public const int TimedOut = 27; // as mosquitto_sub -W
    public const int HungUp = 129; // 128 and the number of the signal, as shells count
    public const int Interrupted = 130;
    public const int Terminated = 143;

    public const string Table = """
        Exit codes:
          0  done; the reader of the output has gone (SIGPIPE)
          1  wrong arguments, address or options
          2  no connection: name, TCP, or the connect timeout
          3  TLS or the certificate
          4  the WebSocket handshake was refused
          5  the server refused CONNECT
          6  the connection was lost, or the server broke the protocol; pub: the server did not take every message
          7  a subscription was refused
          8  a file cannot be read or written, or a standard stream that is needed is closed
          9  decode, encode, replay, bench compare: the input is broken or incomplete; sessions, retained, journal: something is damaged
         27  sub -W, rpc: the time was up
        129  SIGHUP came before the command was done; broker reads its files again
        130  SIGINT came before the command was done; sub without -C, pub -l, record and broker end with 0
        143  the same for SIGTERM
        """;

    public static int Of(MqttErrorCode code) => (int)code switch
    {
        < 200 or (int)MqttErrorCode.ListenFailed => WrongArguments,
        < 300 => NotConnected,
        < 400 => Tls,
        < 500 => UpgradeRefused,
        (int)MqttErrorCode.ConnectRefused => ConnectRefused,
        (int)MqttErrorCode.SubscriptionRefused => SubscriptionRefused,
        _ => ConnectionLost,
    };
}
