// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Net.Security;
using System.Text;
using RawMqtt.Codec;
using RawMqtt.Serving;

namespace RawMqtt;

/// <summary>Contains all settings of a broker: its listeners, who may connect, and its limits. The record is immutable.</summary>
public sealed record MqttBrokerOptions
{
    /// <summary>Gets the addresses to listen on, with scheme <c>ws</c>, <c>wss</c>, <c>mqtt</c> or <c>mqtts</c>. For port 0 the system chooses a free port. A
    /// ws or wss address
    /// without a path serves <see cref="WebSocketPaths"/>.</summary>
    public IReadOnlyList<string> Listeners { get; init; } = ["ws://127.0.0.1:8083/mqtt", "mqtt://127.0.0.1:1883"];

    /// <summary>Gets the paths that ws and wss listeners without a path serve.</summary>
    public IReadOnlyList<string> WebSocketPaths { get; init; } = ["/mqtt"];

    /// <summary>Gets whether WebSocket clients that offer no subprotocol may connect, although [MQTT-6.0.0-3] requires one. The default is false.</summary>
    public bool AllowMissingSubprotocol { get; init; }

    /// <summary>Gets the origins of web pages that may connect in addition to pages of the same host and port, such as <c>https://example.com</c>; <c>*</c>
    /// allows all.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];

    /// <summary>Gets the names and addresses, without port, by which browsers reach the broker, such as <c>mqtt.example.com</c>. If there are any, a web page
    /// may connect only by one of them or by a loopback address, or if <see cref="AllowedOrigins"/> has its origin. This keeps out pages whose name was
    /// re-bound to a private address. Clients without an Origin field are not checked.</summary>
    public IReadOnlyList<string> HostNames { get; init; } = [];

    /// <summary>Gets the addresses and networks of trusted proxies, such as <c>10.0.0.0/8</c>. The broker takes a client's address from
    /// <see cref="ProxyHeader"/> only if a trusted proxy sent it. On this machine the clients of a trusted proxy that sends none do not count as
    /// local.</summary>
    public IReadOnlyList<string> TrustedProxies { get; init; } = [];

    /// <summary>Gets the header in which <see cref="TrustedProxies"/> name their clients: <c>X-Forwarded-For</c>, <c>X-Real-IP</c>, <c>Forwarded</c> or
    /// another one. The proxy must
    /// set it or add to it: if the proxy passes it on unchanged, the client can forge its address.</summary>
    public string ProxyHeader { get; init; } = "X-Forwarded-For";

    /// <summary>Gets the file of the server's certificate with its chain: PEM, or PKCS #12 (.pfx, .p12), which contains the key too. wss and mqtts listeners
    /// need it. The broker reads it again when its content changes.</summary>
    public string? CertificateFile { get; init; }

    /// <summary>Gets the PEM file of the private key; null if <see cref="CertificateFile"/> contains the key too.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Gets the passphrase of an encrypted private key, or of a PKCS #12 file; null for none.</summary>
    public string? KeyPassword { get; init; }

    /// <summary>Gets the file of user names and password hashes, with entries of <see cref="MqttPasswordFile.CreateEntry"/>; null for none. The broker reads
    /// it again when it changes; if
    /// it cannot be read then, the broker keeps the previous entries.</summary>
    public string? PasswordFile { get; init; }

    /// <summary>Gets whether clients may connect without a user name, or with one that neither <see cref="PasswordFile"/> nor <see cref="Authenticate"/>
    /// checks. null, the default:
    /// only clients on this machine, and none if there is a <see cref="PasswordFile"/>.</summary>
    public bool? AllowAnonymous { get; init; }

    /// <summary>Gets the function that is called with the options of each TLS handshake, to ask for client certificates and to check them; null for none.
    /// The certificate of <see cref="CertificateFile"/> is set already; without that file, the function must set one.</summary>
    public Action<SslServerAuthenticationOptions>? ConfigureTls { get; init; }

    /// <summary>Gets the function that names the user of a connection, such as by <see cref="MqttConnectRequest.ClientCertificate"/>. A client that it names
    /// needs no password, and its own user name does not count. null as function or result: the user name and password of the CONNECT count.</summary>
    public Func<MqttConnectRequest, string?>? Identify { get; init; }

    /// <summary>Gets whether bridges of other brokers may connect with protocol level 0x84, against [MQTT-3.1.2-2]: see
    /// <see cref="MqttClientOptions.IsBridge"/>. The default is false: return code 1 refuses them. Connections of <see cref="MqttBroker.Connect"/> may
    /// always be bridges.</summary>
    public bool AllowBridges { get; init; }

    /// <summary>Gets whether a CONNECT with the client identifier of another user's session replaces that session. The default is false: it is refused with
    /// return code 2.</summary>
    public bool SharesClientIds { get; init; }

    /// <summary>Gets the function that decides about each CONNECT that <see cref="PasswordFile"/> and <see cref="AllowAnonymous"/> accept; null for none.
    /// Only that connection waits
    /// for the answer. The token of this and the other hooks is cancelled when <see cref="MqttBrokerLimits.HookTimeout"/> has passed or the connection has
    /// ended. A hook that throws refuses.</summary>
    public Func<MqttConnectRequest, CancellationToken, ValueTask<ConnectReturnCode>>? Authenticate { get; init; }

    /// <summary>Gets the function that decides whether a client may publish a message; null: all may. The broker acknowledges and drops a message that is not
    /// allowed [MQTT-3.3.5-2].
    /// The broker asks about a Will at CONNECT.</summary>
    public Func<MqttBrokerClient, MqttMessage, CancellationToken, ValueTask<bool>>? AuthorizePublish { get; init; }

    /// <summary>Gets the function that decides whether a client may subscribe to a filter; null: all may. The SUBACK contains 0x80 for a filter that is not
    /// allowed.</summary>
    public Func<MqttBrokerClient, MqttTopicFilter, CancellationToken, ValueTask<bool>>? AuthorizeSubscribe { get; init; }

    /// <summary>Gets the function that decides whether a client gets the messages of a topic (in UTF-8), retained ones included; null: each client gets what it
    /// subscribes to. The broker calls it under its lock and remembers the answers until <see cref="MqttBroker.ReloadAccess"/>: it must be quick, depend on
    /// the identifier and user name of the client alone (the rest is not set), and use no member of the broker.</summary>
    public Func<MqttBrokerClient, ReadOnlySpan<byte>, bool>? CanRead { get; init; }

    /// <summary>Gets the function that decides whether a client may publish to a topic (in UTF-8), as <see cref="AuthorizePublish"/> does, for answers that
    /// need no waiting; null: all may. The broker asks about a Will at CONNECT, and again before it publishes the Will. The rules of <see cref="CanRead"/>
    /// hold.</summary>
    public Func<MqttBrokerClient, ReadOnlySpan<byte>, bool>? CanWrite { get; init; }

    /// <summary>Gets what the broker does when a message has no place in the queue of a client. The default is
    /// <see cref="MqttWhenQueueFull.DropNewest"/>, which also holds for the program's own bridges whatever is set.</summary>
    public MqttWhenQueueFull WhenQueueFull { get; init; }

    /// <summary>Gets the function that decides that for each client; null: <see cref="WhenQueueFull"/> holds for all, as it does if the function throws. The
    /// broker calls it for each message that finds a queue full. The rules of <see cref="CanRead"/> hold.</summary>
    public Func<MqttBrokerClient, MqttWhenQueueFull>? ChooseWhenQueueFull { get; init; }

    /// <summary>Gets whether a PUBLISH that is not allowed ends the connection. false, the default: the broker acknowledges and drops it
    /// [MQTT-3.3.5-2].</summary>
    public bool EndRefusedPublishers { get; init; }

    /// <summary>Gets the function that answers plain GET requests to ws and wss listeners: it gets the listener's address and the path, and returns the text,
    /// or null for the usual answer. null for none. The broker itself answers <c>/health</c> with <c>ok</c>.</summary>
    public Func<string, string, string?>? AnswerGet { get; init; }

    /// <summary>Gets the function that answers plain GET and HEAD requests to ws and wss listeners with more than a text, and before
    /// <see cref="AnswerGet"/>: it gets the listener's address and the head of the request, and returns the whole answer from its status line to the end of
    /// the body, which says <c>Connection: close</c>; or null. null for none. The broker calls it from many threads at once.</summary>
    public Func<string, string, ReadOnlyMemory<byte>?>? AnswerHttp { get; init; }

    /// <summary>Gets the function that receives the broker's events, one at a time; null for none. The broker does not wait for it: events queue up to
    /// <see cref="MqttBrokerLimits.MaxProgramBytes"/>.</summary>
    public Func<MqttBrokerEvent, ValueTask>? Observe { get; init; }

    /// <summary>Gets what the broker keeps over the end of its process, in <see cref="DataDirectory"/>. The default is
    /// <see cref="MqttDurability.None"/>.</summary>
    public MqttDurability Durability
    {
        get;
        init
        {
            field = value;
            OpenJournal = value == MqttDurability.None ? null : BrokerStore.Open; // a program that does not set it contains none of this after trimming
        }
    }

    /// <summary>Gets the folder of the broker's journal; the broker makes it if there is none, and locks it for one process. It is needed for any
    /// <see cref="Durability"/> but <see cref="MqttDurability.None"/>.</summary>
    public string? DataDirectory { get; init; }

    /// <summary>Gets the function that is called while the broker starts, before it listens: for messages and bridges that must be there before the first
    /// client. It may use the broker, which has no <see cref="MqttBroker.Addresses"/> yet; if it throws, the broker does not start. null for none.</summary>
    public Func<MqttBroker, CancellationToken, Task>? Starting { get; init; }

    /// <summary>Gets the limits of the broker's memory and work.</summary>
    public MqttBrokerLimits Limits { get; init; } = new();

    /// <summary>Gets the interval at which the broker publishes the <c>$SYS</c> topics; zero for none.</summary>
    public TimeSpan SystemTopicsInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets the time that <see cref="MqttBroker.StopAsync"/> waits for the clients.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Gets the function that receives the broker's log, one line at a time: a line for each connection that ends and for each fault, such as
    /// <c>event=ended client="c" address=... reason=... violation="..."</c>; null for none. The broker does not wait for it: lines queue up to
    /// <see cref="MqttBrokerLimits.MaxProgramBytes"/>. Of each level and kind of event there are at most 20 lines a second, and then one that says how
    /// many more there were.</summary>
    public MqttLog? Log { get; init; }

    /// <summary>Gets the function that is called for each new connection with the peer's address; the tap that it returns sees the connection's bytes, above
    /// TLS. null for none.</summary>
    public Func<string, MqttTap>? Tap { get; init; }

    /// <summary>Gets the clock of the broker. The default is the system's.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    internal StoreOpener? OpenJournal { get; private init; }

    /// <summary>Prints no secrets.</summary>
    private bool PrintMembers(StringBuilder text)
    {
        text.Append(CultureInfo.InvariantCulture, $"Listeners = {string.Join(", ", Listeners)}, CertificateFile = {CertificateFile}, KeyFile = {KeyFile}");
        return true;
    }
}
