// SPDX-License-Identifier: MIT

using System.Text.Json;
using RawMqtt.Codec;
using RawMqtt.Explain;

namespace RawMqtt.Tests.Explain;

/// <summary>What must hold whatever is explained: nothing is thrown, the codec has the word, and what is valid can be written back.</summary>
public static class ExplainerInvariants
{
    public static void Check(byte[] bytes, bool isWebSocket)
    {
        foreach (MqttRole? sender in new MqttRole?[] { null, MqttRole.Client, MqttRole.Server })
        {
            Decoding decoding = Decoding.Of(bytes, isWebSocket, sender);
            _ = decoding.ToText();
            _ = decoding.ToText(showsSecrets: false);
            using JsonDocument json = JsonDocument.Parse(decoding.ToJson());
            Demand(json.RootElement.GetProperty("ok").GetBoolean() == decoding.IsOk, "ok is not what the decoding says");
            Demand(decoding.Broken is null || decoding.Units[^1].Fields.Any(part => part.Broken is not null), "no field bears the fault");
            foreach (WireUnit unit in decoding.Units.Where(unit => unit.Kind == WireUnitKind.Packet && unit.Broken is null)) CheckPacket(unit);
            if (!isWebSocket && sender is { } role) CheckAgainstCodec(bytes, role, decoding);
        }

        _ = Decoding.Of(bytes);
        CheckCuts(bytes, isWebSocket);
    }

    private static void CheckPacket(WireUnit unit)
    {
        Demand(unit.Fields.SelectMany(part => part.Bytes).SequenceEqual(unit.Packet), "the fields are not the packet's bytes");
        Decoding again = Decoding.Of(PacketFromJson.Encode(Decoding.Of(unit.Packet, isWebSocket: false).ToJson()), isWebSocket: false);
        Demand(again.Units[0].Title == unit.Title, "written back, the packet says something else");
    }

    private static void CheckAgainstCodec(byte[] bytes, MqttRole sender, Decoding decoding)
    {
        var reader = new PacketReader(bytes, sender);
        int whole = 0;
        while (reader.Read() == System.Buffers.OperationStatus.Done && PacketTitle.Of(reader.Header, reader.Body, out _) is not null) whole = reader.Consumed;
        Demand(decoding.Consumed == whole, $"{decoding.Consumed} bytes explained, {whole} read by the codec");
    }

    /// <summary>The bytes in two pieces are the same bytes.</summary>
    private static void CheckCuts(byte[] bytes, bool isWebSocket)
    {
        string[] whole = Titles(new WireBytes(MqttRole.Client, isWebSocket, hasHead: false), bytes, bytes.Length);
        string[] cut = Titles(new WireBytes(MqttRole.Client, isWebSocket, hasHead: false), bytes, bytes.Length / 2);
        Demand(whole.SequenceEqual(cut), "cut in two, the bytes say something else");
    }

    private static string[] Titles(WireBytes wire, byte[] bytes, int at) =>
        [.. wire.Feed(bytes.AsSpan(0, at)).Concat(wire.Feed(bytes.AsSpan(at))).Select(unit => $"{unit.Offset} {unit.Title} {unit.Broken}")];

    private static void Demand(bool holds, string otherwise)
    {
        if (!holds) throw new InvalidOperationException(otherwise);
    }
}
