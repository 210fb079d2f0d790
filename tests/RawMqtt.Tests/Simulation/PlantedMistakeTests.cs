// SPDX-License-Identifier: MIT

using RawMqtt.Brokers;

namespace RawMqtt.Tests.Simulation;

/// <summary>The simulation of a broker with a journal is worth something: it finds each of these mistakes.</summary>
public class PlantedMistakeTests(ITestOutputHelper output)
{
    private const int MostWorlds = 400;

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
    ];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_planted_mistake_is_found(string name)
    {
        Mistake mistake = mistakes.Single(one => one.Name == name);
        for (int seed = 1; seed <= MostWorlds; seed++)
        {
            try
            {
                Scenario.Run(seed, isDurable: true, mistake);
            }
            catch (SimulationException found)
            {
                output.WriteLine($"in world {seed}: {found.Message.Split('\n')[0]}");
                return;
            }
        }

        Assert.Fail($"{MostWorlds} worlds did not show that {name}");
    }
}
