// SPDX-License-Identifier: MIT

using System.Diagnostics;
using System.Runtime.InteropServices.JavaScript;
using System.Runtime.Versioning;
using System.Text;
using RawMqtt.Cli;
using RawMqtt.Codec;

[assembly: SupportedOSPlatform("browser")]

namespace RawMqtt.Toolkit;

/// <summary>What the scripts of the page call. Texts that are returned are JSON; a fault is an object with a member <c>fault</c>.</summary>
internal static partial class Page
{
    private static readonly Dictionary<int, PageConnection> Connections = [];

    /// <summary>Begins to connect.</summary>
    /// <param name="id">The page's number of the connection, which has no open client.</param>
    /// <param name="url">The address.</param>
    /// <param name="options">The options as JSON with the names of JavaScript clients.</param>
    [JSExport]
    internal static string Open(int id, string url, string options)
    {
        try
        {
            var connection = new PageConnection(url, OptionsJson.Read(Encoding.UTF8.GetBytes(options)), () => Changed(id));
            if (Connections.TryGetValue(id, out PageConnection? ended)) _ = ended.Client.DisposeAsync().AsTask();
            Connections[id] = connection;
            _ = connection.OpenAsync();
            return "{}";
        }
        catch (Exception fault) when (fault is MqttException or ArgumentException)
        {
            return PageJson.Fault(fault);
        }
    }

    /// <summary>Disconnects.</summary>
    [JSExport]
    internal static async Task Close(int id)
    {
        if (Connections.GetValueOrDefault(id) is not { } connection) return;
        await connection.Client.DisposeAsync();
        connection.AddEvent("The client is closed.");
    }

    [JSExport]
    internal static void Abort(int id) => Connections.GetValueOrDefault(id)?.Client.Abort();

    [JSExport]
    internal static void ReconnectNow(int id) => Connections.GetValueOrDefault(id)?.Client.ReconnectNow();

    [JSExport]
    internal static Task<string> Subscribe(int id, string filter, int qos) => AnswerAsync(async () =>
    {
        QualityOfService? granted = await Connections[id].SubscribeAsync(filter, (QualityOfService)qos);
        return $"{{\"granted\":{(granted is null ? "null" : $"{(int)granted}")}}}";
    });

    [JSExport]
    internal static Task<string> Unsubscribe(int id, string filter) => AnswerAsync(async () =>
    {
        await Connections[id].UnsubscribeAsync(filter);
        return "{}";
    });

    [JSExport]
    internal static void Pause(int id, string filter, bool isPaused) => Connections.GetValueOrDefault(id)?.Pause(filter, isPaused);

    /// <summary>Publishes, and returns the milliseconds until the message was sent or acknowledged.</summary>
    [JSExport]
    internal static Task<string> Publish(int id, string topic, byte[] payload, int qos, bool retain) => AnswerAsync(async () =>
    {
        long start = Stopwatch.GetTimestamp();
        await Connections[id].Client.PublishAsync(topic, payload, (QualityOfService)qos, retain);
        return $"{{\"milliseconds\":{Stopwatch.GetElapsedTime(start).TotalMilliseconds:0.0}}}";
    });

    /// <summary>Returns what is new on a connection.</summary>
    [JSExport]
    internal static string Take(int id)
    {
        if (Connections.GetValueOrDefault(id) is not { } connection) return "{}";
        PageNews news = connection.Take();
        return PageJson.Write(json => news.WriteTo(json, connection));
    }

    /// <summary>Returns a packet with its fields; null if it is no longer kept.</summary>
    [JSExport]
    internal static string Packet(int id, int number)
    {
        if (Connections.GetValueOrDefault(id)?.Packet(number) is not { } packet || packet.Explain() is not { } unit) return "null";
        return PageJson.Write(json =>
        {
            json.WriteStartObject();
            json.WriteBoolean("sent", packet.Sender == MqttRole.Client);
            json.WriteNumber("length", packet.Length);
            json.WriteString("bytes", Convert.ToHexStringLower(packet.Bytes));
            json.WritePropertyName("unit");
            PageJson.WriteUnit(json, unit);
            json.WriteEndObject();
        });
    }

    /// <summary>Explains pasted bytes.</summary>
    /// <param name="text">Hexadecimal, base64, or a dump.</param>
    /// <param name="layer">mqtt, websocket, or empty if the bytes decide.</param>
    /// <param name="sender">client, server, or empty if the bytes decide.</param>
    [JSExport]
    internal static string Decode(string text, string layer, string sender) => PastedUnits.Explain(text, layer, sender);

    /// <summary>Judges an address while it is typed.</summary>
    [JSExport]
    internal static Task<string> Judge(string url, string origin) => AddressJudgement.OfAsync(url, origin);

    /// <summary>Checks options as JSON; an object without a fault if they can be used.</summary>
    [JSExport]
    internal static string CheckOptions(string options)
    {
        try
        {
            OptionsJson.Read(Encoding.UTF8.GetBytes(options));
            return "{}";
        }
        catch (MqttException fault)
        {
            return PageJson.Fault(fault);
        }
    }

    /// <summary>Returns whether a topic filter matches a topic; false if it is no topic filter.</summary>
    [JSExport]
    internal static bool Matches(string filter, string topic) =>
        TopicFilter.IsValid(Encoding.UTF8.GetBytes(filter), out _) && TopicFilter.Matches(Encoding.UTF8.GetBytes(filter), Encoding.UTF8.GetBytes(topic));

    /// <summary>Tells the page that a connection has something new.</summary>
    [JSImport("changed", "page")]
    private static partial void Changed(int id);

    private static async Task<string> AnswerAsync(Func<Task<string>> act)
    {
        try
        {
            return await act();
        }
        catch (Exception fault) when (fault is MqttException or ArgumentException or KeyNotFoundException or OperationCanceledException)
        {
            return PageJson.Fault(fault);
        }
    }
}
