// SPDX-License-Identifier: MIT

namespace RawMqtt.Tests.Codec.Vectors;

/// <summary>All packets of the table, in the order of the specification.</summary>
public static class PacketVectors
{
    public static IReadOnlyList<(string Table, PacketVector Vector)> ByTable { get; } =
    [
        .. From(nameof(FixedHeaderVectors), FixedHeaderVectors.All),
        .. From(nameof(ConnectVectors), ConnectVectors.All),
        .. From(nameof(ConnAckVectors), ConnAckVectors.All),
        .. From(nameof(PublishVectors), PublishVectors.All),
        .. From(nameof(PubAckVectors), PubAckVectors.All),
        .. From(nameof(PubRecVectors), PubRecVectors.All),
        .. From(nameof(PubRelVectors), PubRelVectors.All),
        .. From(nameof(PubCompVectors), PubCompVectors.All),
        .. From(nameof(SubscribeVectors), SubscribeVectors.All),
        .. From(nameof(SubAckVectors), SubAckVectors.All),
        .. From(nameof(UnsubscribeVectors), UnsubscribeVectors.All),
        .. From(nameof(UnsubAckVectors), UnsubAckVectors.All),
        .. From(nameof(PingReqVectors), PingReqVectors.All),
        .. From(nameof(PingRespVectors), PingRespVectors.All),
        .. From(nameof(DisconnectVectors), DisconnectVectors.All),
    ];

    public static IEnumerable<PacketVector> All => ByTable.Select(row => row.Vector);

    public static IEnumerable<PacketVector> Valid => All.Where(vector => vector.Rule is null);

    public static IEnumerable<PacketVector> Broken => All.Where(vector => vector.Rule is not null);

    public static PacketVector Named(string name) => All.Single(vector => vector.Name == name);

    private static IEnumerable<(string Table, PacketVector Vector)> From(string table, IReadOnlyList<PacketVector> vectors) =>
        vectors.Select(vector => (table, vector));
}
