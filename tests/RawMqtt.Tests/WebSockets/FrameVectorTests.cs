// SPDX-License-Identifier: MIT

using RawMqtt.WebSockets;

namespace RawMqtt.Tests.WebSockets;

public class FrameVectorTests
{
    public static TheoryData<string, WebSocketRole> Cases
    {
        get
        {
            var data = new TheoryData<string, WebSocketRole>();
            foreach (FrameVectors.Vector vector in FrameVectors.All)
            {
                data.Add(vector.Name, WebSocketRole.Server);
                data.Add(vector.Name, WebSocketRole.Client);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    [Rule("WS-5.2-4", "WS-5.2-5", "WS-5.2-6", "WS-5.2-7", "WS-5.2-8", "WS-5.2-2", "WS-5.2-3", "WS-5.3-5", "WS-5.3-6")]
    [Rule("WS-5.1-2", "WS-5.1-4", "WS-5.5-1", "WS-5.5-2", "WS-5.6-1", "WS-5.6-2", "WS-8.1-1", "WS-6.2-1", "WS-6.2-2", "WS-6.2-3",
        "WS-6.2-4", "WS-6.2-5", "WS-6.2-6")]
    [Rule("WS-5.4-1", "WS-5.4-2", "WS-5.4-3", "WS-5.4-4", "WS-5.4-5", "WS-5.4-6", "WS-5.4-7", "WS-5.4-8", "WS-5.4-13")]
    [Rule("WS-5.5.1-1", "WS-5.5.1-2", "WS-5.5.1-6", "WS-5.5.2-1", "WS-5.5.2-2", "WS-5.5.3-1", "WS-5.5.3-2")]
    [Rule("WS-7.4.1-1", "WS-7.4.1-2", "WS-7.4.1-3", "WS-7.4.1-4", "WS-7.4.1-6", "WS-7.4.2-1", "WS-7.4.2-2", "WS-7.4.2-3", "WS-11.7-1")]
    [Rule("WS-7.1.7-4", "WS-7.1.7-5", "WS-10.7-1", "WS-10.7-2", "WS-10.4-1")]
    public void The_vector_holds_in_every_cut(string name, WebSocketRole role)
    {
        FrameVectors.Vector vector = FrameVectors.All.Single(one => one.Name == name);
        byte[] bytes = vector.Send(role);
        string mask = role == WebSocketRole.Server ? "WS-5.1-2" : "WS-5.1-4";
        string[] expected = [.. vector.Log.Select(line => line.Replace("MASK", mask, StringComparison.Ordinal))];
        foreach (byte[][] parts in Cuts.Of(bytes).Take(bytes.Length > 10_000 ? 12 : int.MaxValue))
        {
            Conversation conversation = Conversation.With(role, parts);
            Assert.Equal(expected, conversation.Log);
            if (vector.Replies is not null)
                Assert.Equal(vector.Replies, conversation.Sent());
            else
                Assert.StartsWith($"Close {expected[^1].Split(' ')[1]} ", Assert.Single(conversation.Sent()));
        }
    }

    // Found by fuzzing: two rules broken in two bytes, and the one named depended on the cut.
    [Theory]
    [InlineData("8005", "WS-5.4-6")]
    [InlineData("8305", "WS-5.2-3")]
    [InlineData("8105", "WS-5.1-2")]
    public void The_rule_named_does_not_depend_on_the_cut(string hex, string rule)
    {
        byte[] bytes = Convert.FromHexString(hex);
        foreach (byte[][] parts in Cuts.Of(bytes))
        {
            Assert.Equal([$"{rule} 1002"], Conversation.With(WebSocketRole.Server, parts).Log);
            Assert.Equal([rule], SqueezeTests.Squeeze(new FrameReader(WebSocketRole.Server, 100, acceptsText: false), parts).Events);
        }
    }

    [Theory]
    [Rule("WS-5.1-2", "WS-5.2-2", "WS-5.2-3", "WS-5.5-2", "WS-5.2-7", "WS-5.4-6")]
    [InlineData("F1", "WS-5.2-2")]
    [InlineData("83", "WS-5.2-3")]
    [InlineData("09", "WS-5.5-2")]
    [InlineData("8201", "WS-5.1-2")]
    [InlineData("897E", "WS-5.1-2")]
    [InlineData("89FE", "WS-5.5-1")]
    [InlineData("82FF80", "WS-5.2-7")]
    [InlineData("82FE0005", "WS-5.2-8")]
    [InlineData("80", "WS-5.4-6")]
    [InlineData("02800000000002", "WS-5.4-6")]
    public void The_server_refuses_at_the_first_byte_that_shows_it(string hex, string rule)
    {
        byte[] bytes = Convert.FromHexString(hex);
        Assert.Empty(Conversation.With(WebSocketRole.Server, [bytes[..^1]]).Log);
        Conversation conversation = Conversation.With(WebSocketRole.Server, [bytes]);
        Assert.Equal([$"{rule} 1002"], conversation.Log);
        Assert.True(conversation.Connection.HasEnded);
    }
}
