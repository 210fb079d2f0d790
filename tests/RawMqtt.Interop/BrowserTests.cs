// SPDX-License-Identifier: MIT

using RawMqtt.Interop.Parts;

namespace RawMqtt.Interop;

/// <summary>Pages of a loopback origin in Chromium, with unmodified libraries, at the broker of the tool with its default
/// settings.</summary>
public class BrowserTests
{
    [Theory]
    [InlineData("mqttjs")]
    [InlineData("paho")]
    public async Task A_page_of_a_loopback_origin_publishes_and_receives(string library)
    {
        string chromium = RealPart.Chromium;
        string node = RealPart.Node;
        await using RealProcess broker = RealProcess.StartTool("broker", "--ws", "127.0.0.1:0");
        string address = (await broker.LineAsync("listening ws://")).Split(' ', '\t').First(word => word.StartsWith("ws://", StringComparison.Ordinal));

        Finished page = await RealProcess.RunAsync(node, Path.Combine(RealPart.Folder, "peers", "browser-life.mjs"), chromium, address, library);

        Assert.True(page.ExitCode == 0, page.Output + page.Error + broker.Output + broker.Error);
        Assert.Equal(["message grüße 0 at QoS 0", "message grüße 1 at QoS 1", "message grüße 2 at QoS 2", "done"], page.Output.TrimEnd().Split('\n'));
    }
}
