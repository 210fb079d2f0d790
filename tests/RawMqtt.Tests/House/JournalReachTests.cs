// SPDX-License-Identifier: MIT

using RawMqtt.Brokers;
using RawMqtt.Serving;
using RawMqtt.Storage;
using RawMqtt.Tests.Compiled;

namespace RawMqtt.Tests.House;

/// <summary>A program pays for the broker's journal only if it sets <see cref="MqttBrokerOptions.Durability"/>: trimming removes what nothing
/// constructs.</summary>
public class JournalReachTests
{
    private static readonly Type[] journal =
    [
        typeof(BrokerStore), typeof(JournalFolder), typeof(Committer), typeof(JournalCarrier), typeof(JournalReplay), typeof(StoredLoader),
        typeof(RecordReader), typeof(JournalledBroker), typeof(BrokerJournal), typeof(RecoveredBroker), typeof(CarryingForward),
    ];

    [Fact]
    public void Program_that_sets_no_Durability_constructs_nothing_of_the_journal()
    {
        var reach = new Reach(without: typeof(MqttBrokerOptions).GetProperty(nameof(MqttBrokerOptions.Durability))!.SetMethod!);

        Assert.True(reach.Constructs(typeof(BrokerCore)));
        Assert.DoesNotContain(journal, reach.Constructs);
    }

    [Fact]
    public void Program_that_sets_it_constructs_all_of_it()
    {
        var reach = new Reach();

        Assert.All(journal, type => Assert.True(reach.Constructs(type), type.Name));
    }
}
