// SPDX-License-Identifier: MIT

using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using RawMqtt.Codec;
using RawMqtt.Explain;

namespace RawMqtt.Cli.Captures;

/// <summary>Explains the connections of a capture file.</summary>
internal sealed class CaptureText
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Conversations conversations = new();

    /// <summary>Gets whether each packet and frame keeps the rules, and the file its format.</summary>
    public bool IsOk { get; private set; } = true;

    /// <summary>Gets what the reader must know beside the explanation, a sentence each.</summary>
    public List<string> Notes { get; } = [];

    public static bool IsCapture(ReadOnlySpan<byte> file) => PcapReader.IsPcap(file) || PcapngReader.IsPcapng(file);

    /// <summary>Writes every field of every packet, in the order of the capture, with its time and its client.</summary>
    public void Write(ReadOnlyMemory<byte> file, TextWriter output)
    {
        var clock = new CaptureClock();
        var traces = new Dictionary<Conversation, WireTrace>();
        Read(file, (time, connection, isFromClient, bytes) =>
        {
            if (!traces.TryGetValue(connection, out WireTrace? trace))
            {
                trace = new WireTrace(output, MqttRole.Client) { IsLong = true, ShowsSecrets = true, Name = $"{connection.Client}", TimeProvider = clock };
                traces.Add(connection, trace);
            }

            clock.Now = time;
            trace.Tap(isFromClient ? MqttTapDirection.Sent : MqttTapDirection.Received, bytes.Span);
        });
        IsOk &= !traces.Values.Any(trace => trace.IsBroken);
    }

    /// <summary>Writes a JSON object for each connection, a line each: its ends, and what each of them sent.</summary>
    public void WriteJson(ReadOnlyMemory<byte> file, TextWriter output)
    {
        var sent = new Dictionary<Conversation, (MemoryStream FromClient, MemoryStream FromServer)>();
        Read(file, (_, connection, isFromClient, bytes) =>
        {
            if (!sent.TryGetValue(connection, out (MemoryStream FromClient, MemoryStream FromServer) streams)) sent.Add(connection, streams = (new(), new()));
            (isFromClient ? streams.FromClient : streams.FromServer).Write(bytes.Span);
        });
        foreach ((Conversation connection, (MemoryStream fromClient, MemoryStream fromServer)) in sent)
        {
            output.WriteLine(Terminal.Json(ToJson(connection, fromClient, fromServer)));
        }
    }

    private string ToJson(Conversation connection, MemoryStream fromClient, MemoryStream fromServer)
    {
        bool isWebSocket = fromClient.GetBuffer()[0] == (byte)'G';
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Relaxed))
        {
            json.WriteStartObject();
            json.WriteString("client", connection.Client.ToString());
            json.WriteString("server", connection.Server.ToString());
            foreach ((string name, MemoryStream bytes, MqttRole sender) in
                new[] { ("fromClient", fromClient, MqttRole.Client), ("fromServer", fromServer, MqttRole.Server) })
            {
                Decoding decoding = Decoding.Of(bytes.ToArray(), isWebSocket, sender);
                IsOk &= decoding.Broken is null;
                json.WritePropertyName(name);
                json.WriteRawValue(decoding.ToJson());
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private void Read(ReadOnlyMemory<byte> file, Action<DateTimeOffset, Conversation, bool, ReadOnlyMemory<byte>> take)
    {
        IEnumerable<CapturedPacket> packets = PcapReader.IsPcap(file.Span) ? PcapReader.Read(file) : PcapngReader.Read(file);
        try
        {
            foreach ((DateTimeOffset time, Conversation connection, bool isFromClient, ReadOnlyMemory<byte> bytes) in conversations.Read(packets))
            {
                take(time, connection, isFromClient, bytes);
            }
        }
        catch (FormatException failure)
        {
            IsOk = false;
            Notes.Add(failure.Message);
        }

        conversations.Complete();
        Note(conversations.Tls, "connections are TLS and cannot be read: capture below TLS with --pcap of pub, sub or broker.");
        Note(conversations.Others, "connections are neither MQTT nor WebSocket.");
        Note(conversations.Gaps, "connections lack bytes in the capture, after which they cannot be read.");
        Note(conversations.WithoutBeginning, "packets belong to connections whose beginning is not in the capture.");
    }

    private void Note(long count, string what)
    {
        if (count > 0) Notes.Add($"{count} {what}");
    }
}
