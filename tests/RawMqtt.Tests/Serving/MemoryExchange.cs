// SPDX-License-Identifier: MIT

using RawMqtt.Tests.Codec.Vectors;
using RawMqtt.Transports;

namespace RawMqtt.Tests.Serving;

/// <summary>A broker without listeners, and connections to it in memory.</summary>
internal static class MemoryExchange
{
    public static Task<MqttBroker> StartAsync(Func<MqttBrokerOptions, MqttBrokerOptions> change, CancellationToken cancellationToken) =>
        MqttBroker.StartAsync(change(new MqttBrokerOptions { Listeners = [], SystemTopicsInterval = TimeSpan.Zero }), cancellationToken);

    /// <summary>A CONNECT with a Will.</summary>
    public static string Connect(string clientId, string user, string password)
    {
        int length = 10 + 2 + clientId.Length + 8 + 2 + 1 + 2 + user.Length + 2 + password.Length;
        return $"10 {length:x2} | 00 04 'MQTT' 04 c6 00 00 | 00 {clientId.Length:x2} '{clientId}' | 00 06 'will/c' 00 01 'w' | 00 {user.Length:x2} '{user}' | "
            + $"00 {password.Length:x2} '{password}'";
    }

    /// <summary>Sends bytes over a stream that the broker serves, and returns what came until its end.</summary>
    public static async Task<byte[]> ExchangeAsync(MqttBroker broker, string bytes, CancellationToken cancellationToken)
    {
        (Stream client, Stream server) = MemoryPipe.Create();
        _ = broker.ServeAsync(server);
        return await ExchangeAsync(client, bytes, cancellationToken);
    }

    /// <summary>Sends bytes, and returns what came until the end.</summary>
    public static async Task<byte[]> ExchangeAsync(Stream opened, string bytes, CancellationToken cancellationToken)
    {
        await using Stream stream = opened;
        await stream.WriteAsync(ByteText.Parse(bytes), cancellationToken);
        var all = new MemoryStream();
        await stream.CopyToAsync(all, cancellationToken);
        return all.ToArray();
    }
}
