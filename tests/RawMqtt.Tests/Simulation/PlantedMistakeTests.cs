// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Brokers;
using RawMqtt.Tests.RuleIndex;

namespace RawMqtt.Tests.Simulation;

/// <summary>The simulation of a broker with a journal is worth something: it finds each of these mistakes.</summary>
public class PlantedMistakeTests(ITestOutputHelper output)
{
    private const int MostWorlds = 2000;
    private const string Page = "spec-notes/planted-mistakes.md";

    public static TheoryData<string> Names => [.. mistakes.Select(mistake => mistake.Name)];

    private static readonly Mistake[] mistakes =
    [
        new("bytes leave before the commit") { SendsEarly = true },
        new("nothing is synced") { NeverSyncs = true },
        new("a failed commit counts as done") { TrustsFailures = true },
        new("the oldest segment is deleted as it is") { DeletesUncarried = true },
        new("the oldest segment is deleted before what was carried is committed") { DeletesEarly = true },
        new("a session is not noted") { Forgets = BrokerRecord.SessionBegun },
        new("a subscription is not noted") { Forgets = BrokerRecord.Subscribed },
        new("a message is not noted") { Forgets = BrokerRecord.Published },
        new("the sending of a message that waited is not noted") { Forgets = BrokerRecord.Sent },
        new("PUBREC is not noted") { Forgets = BrokerRecord.Released },
        new("PUBREL is not noted") { Forgets = BrokerRecord.ReceivedReleased },
        new("the identifier of a message that came in is not noted") { ForgetsReceived = true },
        new("a Will is not noted") { Forgets = BrokerRecord.WillSet },
        new("DISCONNECT is not noted") { Forgets = BrokerRecord.WillEnded },
        new("the connection is closed before its DISCONNECT is committed") { ClosesEarly = true },
        new("the publishing of a Will is not noted") { ForgetsWillOf = true },
        new("a message that was dropped is not noted") { Forgets = BrokerRecord.Dropped, WhenFull = MqttWhenQueueFull.DropOldest },
        new("the end of a session is not noted") { Forgets = BrokerRecord.SessionDiscarded, WhenFull = MqttWhenQueueFull.EndSession },
        new("the length of the journal is not measured") { NeverMeasures = true, WhenFull = MqttWhenQueueFull.DropNewest },
        new("a journal that has become shorter is not measured") { MeasuresGrowthAlone = true, WhenFull = MqttWhenQueueFull.DropNewest },
    ];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_planted_mistake_is_found(string name)
    {
        string found = Find(mistakes.Single(one => one.Name == name));
        output.WriteLine(found);
        Assert.StartsWith("Seed", found, StringComparison.Ordinal);
    }

    [Fact]
    public void Page_lists_each_planted_mistake()
    {
        string page = File.ReadAllText(Repository.PathOf(Page));
        Assert.All(mistakes, mistake => Assert.Contains($"\n| {mistake.Name} | ", page, StringComparison.Ordinal));
    }

    /// <summary>By name: writes the page anew.</summary>
    [Fact(Explicit = true)]
    public void Write_page()
    {
        var page = new StringBuilder();
        page.Append("# Planted mistakes: what the simulation of a broker with a journal finds\n\n");
        page.Append("Made by `dotnet run --project tests/RawMqtt.Tests -c Release -- -explicit only -method '*PlantedMistakeTests.Write_page'`. Do\n");
        page.Append("not edit. Each mistake is planted into the simulated broker, and worlds from seed 1 on are run until one shows it; CI does the\n");
        page.Append("same. Seeds and messages are those of the day when the page was made.\n\n");
        page.Append("| mistake | first world that shows it | what is wrong there |\n|---|---|---|\n");
        foreach (Mistake mistake in mistakes)
        {
            string[] found = Find(mistake).Split(": ", 2);
            page.Append($"| {mistake.Name} | {found[0]["Seed ".Length..]} | {found[1]} |\n");
        }

        File.WriteAllText(Repository.PathOf(Page), page.ToString());
    }

    /// <summary>Returns the first line of the failure in the first world that shows the mistake.</summary>
    private static string Find(Mistake mistake)
    {
        for (int seed = 1; seed <= MostWorlds; seed++)
        {
            try
            {
                Scenario.Run(seed, isDurable: true, mistake, mistake.WhenFull);
            }
            catch (SimulationException found)
            {
                return found.Message.Split('\n')[0];
            }
        }

        return $"{MostWorlds} worlds did not show it: {mistake.Name}";
    }
}
