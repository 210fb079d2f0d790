// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Codec;
using RawMqtt.Sessions;
using RawMqtt.Tests.RuleIndex;

namespace RawMqtt.Tests.Sessions;

/// <summary>The tables in <c>spec-notes/qos.md</c> are those of <see cref="Delivery"/>.</summary>
public class DeliveryTableTests
{
    private static readonly string Page = File.ReadAllText(Repository.PathOf("spec-notes/qos.md"));

    [Fact]
    public void The_senders_table_is_that_of_the_page()
    {
        PacketType[] answers = [PacketType.PubAck, PacketType.PubRec, PacketType.PubComp, PacketType.SubAck, PacketType.UnsubAck];
        var table = new StringBuilder();
        table.Append($"| state | {string.Join(" | ", answers.Select(answer => answer.ToString().ToUpperInvariant()))} |\n");
        table.Append("|---|---|---|---|---|---|\n");
        foreach (SenderState state in Enum.GetValues<SenderState>())
        {
            IEnumerable<string> cells = answers.Select(answer => Describe(state, Delivery.Sender(state, answer)));
            table.Append($"| {state} | {string.Join(" | ", cells)} |\n");
        }

        AssertHas(table);
    }

    [Fact]
    public void Table_of_what_is_awaited_is_that_of_the_page()
    {
        (string Sent, PacketType Type, QualityOfService Qos)[] rows =
        [
            ("PUBLISH at QoS 0", PacketType.Publish, QualityOfService.AtMostOnce),
            ("PUBLISH at QoS 1", PacketType.Publish, QualityOfService.AtLeastOnce),
            ("PUBLISH at QoS 2", PacketType.Publish, QualityOfService.ExactlyOnce),
            ("PUBREL", PacketType.PubRel, default),
            ("SUBSCRIBE", PacketType.Subscribe, default),
            ("UNSUBSCRIBE", PacketType.Unsubscribe, default),
        ];
        var table = new StringBuilder("| sent | the identifier is then |\n|---|---|\n");
        foreach ((string sent, PacketType type, QualityOfService qos) in rows) table.Append($"| {sent} | {Delivery.Await(type, qos)} |\n");
        AssertHas(table);
    }

    [Fact]
    public void The_receivers_table_is_that_of_the_page()
    {
        var table = new StringBuilder();
        table.Append("| received | identifier is not known | identifier is known |\n|---|---|---|\n");
        foreach (QualityOfService qos in Enum.GetValues<QualityOfService>())
        {
            table.Append($"| PUBLISH at QoS {(int)qos} | {Describe(Delivery.Receiver(false, PacketType.Publish, qos))} | "
                + $"{Describe(Delivery.Receiver(true, PacketType.Publish, qos))} |\n");
        }

        table.Append($"| PUBREL | {Describe(Delivery.Receiver(false, PacketType.PubRel, default))} | "
            + $"{Describe(Delivery.Receiver(true, PacketType.PubRel, default))} |\n");
        AssertHas(table);
    }

    private static void AssertHas(StringBuilder table) =>
        Assert.True(Page.Contains(table.ToString(), StringComparison.Ordinal), $"spec-notes/qos.md does not hold this table:\n{table}");

    private static string Describe(SenderState state, Delivery.SenderStep step) => step.Outcome switch
    {
        Delivery.Outcome.Delivered => "delivered, identifier free",
        Delivery.Outcome.Release => state == step.Next ? "PUBREL again" : $"PUBREL, {step.Next}",
        Delivery.Outcome.Ignored => "ignored",
        Delivery.Outcome.Downgraded => "downgraded",
        _ => "close",
    };

    private static string Describe(Delivery.ReceiverStep step)
    {
        string deliver = step.Deliver ? "deliver" : "do not deliver";
        string answer = step.Answer is PacketType packet ? $", answer {packet.ToString().ToUpperInvariant()}" : "";
        return $"{deliver}{answer}{(step.Known ? ", known" : ", not known")}";
    }
}
