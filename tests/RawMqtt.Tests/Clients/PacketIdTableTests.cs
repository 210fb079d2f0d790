// SPDX-License-Identifier: MIT

using RawMqtt.Clients;

namespace RawMqtt.Tests.Clients;

public class PacketIdTableTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65535)]
    public void An_identifier_that_was_never_added_may_be_removed(ushort packetId)
    {
        var table = new PacketIdTable<string>();
        table.Remove(packetId); // of a message that an earlier process sent
        Assert.Null(table.Find(packetId));
        table.Add(packetId, "a");
        Assert.Equal("a", table.Find(packetId));
        table.Remove(packetId);
        Assert.Empty(table.All);
    }
}
