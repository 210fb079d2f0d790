// SPDX-License-Identifier: MIT

using System.Reflection;
using RawMqtt.Cli;

namespace RawMqtt.Tests.Cli;

public class BrokerLimitTableTests
{
    [Fact]
    public void The_table_has_a_line_for_each_limit()
    {
        string table = BrokerLimitTable.Render(new MqttBrokerLimits(), new MqttBrokerStatistics());
        foreach (PropertyInfo limit in typeof(MqttBrokerLimits).GetProperties())
        {
            Assert.True(limit.Name == "EqualityContract" || table.Contains($"\n{limit.Name} ", StringComparison.Ordinal), limit.Name);
        }

        Assert.Contains("MaxPacketLength        16 MiB", table);
    }
}
