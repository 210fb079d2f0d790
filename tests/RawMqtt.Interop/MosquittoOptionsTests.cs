// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Text.RegularExpressions;
using RawMqtt.Interop.Parts;

namespace RawMqtt.Interop;

/// <summary>Options of mosquitto_sub 2.0.11 that need more than a look at their output, beside the real program; those of 2.1 by what its pages say.</summary>
public partial class MosquittoOptionsTests
{
    /// <summary>openssl s_server tells the version and the suite that a handshake ended with, or that there was none.</summary>
    [Theory]
    [InlineData("", "-tls1_2", "--tls-version tlsv1.2")]
    [InlineData("", "", "--tls-version tlsv1.2")]
    [InlineData("", "", "--tls-version tlsv1.3")]
    [InlineData("refused", "-tls1_2", "--tls-version tlsv1.3")]
    [InlineData("ECDHE-ECDSA-AES256-GCM-SHA384", "-tls1_2", "--ciphers ECDHE-ECDSA-AES256-GCM-SHA384")]
    [InlineData("ECDHE-ECDSA-AES128-GCM-SHA256", "-tls1_2", "--ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES256-GCM-SHA384")]
    [InlineData("ECDHE-ECDSA-CHACHA20-POLY1305", "-tls1_2", "--ciphers ECDHE-ECDSA-CHACHA20-POLY1305 --tls-version tlsv1.2")]
    [InlineData("refused", "-tls1_2", "--ciphers ECDHE-RSA-AES256-GCM-SHA384")] // the server's key is ECDSA
    public async Task Versions_and_ciphers_of_tls_are_agreed_alike(string expected, string server, string options)
    {
        using Certificates certificates = await Certificates.MakeAsync();
        var agreed = new List<string>();
        foreach (bool isReal in new[] { true, false })
        {
            int port = FreePort.Take();
            await using RealProcess listener = RealProcess.Start(RealPart.OpenSsl, ["s_server", "-accept", $"127.0.0.1:{port}", "-naccept", "1", "-cert",
                certificates.Chain("good"), "-key", certificates.Key("good"), .. server.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
            await listener.LineAsync("ACCEPT");
            string[] arguments = ["-h", "localhost", "-p", $"{port}", "--cafile", certificates.Authority, "-t", "a", "-W", "5", .. options.Split(' ')];
            await using RealProcess client = isReal ? RealProcess.Start(RealPart.MosquittoSub, arguments) : RealProcess.StartTool(["sub", .. arguments]);
            client.CloseInput();
            string line = await LineAsync(listener, client);
            agreed.Add(line);
        }

        Assert.Equal(agreed[0], agreed[1]);
        if (expected.Length > 0) Assert.Contains(expected, agreed[1], StringComparison.Ordinal);
    }

    /// <summary>The page of mosquitto_sub says percent, from 0.1 to 100; 2.0.11 prints a tenth of that.</summary>
    [Theory]
    [InlineData("25", 130, 270, 5, 45)]
    [InlineData("100", 800, 800, 40, 130)]
    public async Task Random_filter_prints_its_share(string percent, int least, int most, int leastOfReal, int mostOfReal)
    {
        await using Mosquitto broker = await Mosquitto.StartAsync();
        await using (MqttClient client = await MqttClient.ConnectAsync(broker.Tcp))
        {
            for (int i = 0; i < 800; i++) await client.PublishAsync($"r/{i}", $"{i}", QualityOfService.AtLeastOnce, retain: true);
        }

        string[] arguments = ["-h", "127.0.0.1", "-p", $"{broker.Port}", "-t", "r/#", "--random-filter", percent, "-W", "2"];
        Finished real = await RealProcess.RunAsync(RealPart.MosquittoSub, arguments);
        Finished ours = await RealProcess.RunToolAsync(["sub", .. arguments]);

        Assert.Equal((27, 27), (real.ExitCode, ours.ExitCode));
        Assert.InRange(real.Output.Count(c => c == '\n'), leastOfReal, mostOfReal);
        Assert.InRange(ours.Output.Count(c => c == '\n'), least, most);
    }

    [Theory]
    [InlineData("-C 2")]
    [InlineData("-C 2 -v")]
    [InlineData("-C 2 -v -N")]
    [InlineData("-C 2 -N")]
    [InlineData("-C 2 -F [%p]")]
    public async Task Empty_messages_print_the_same(string options)
    {
        await using Mosquitto broker = await Mosquitto.StartAsync();
        string[] arguments = ["-h", "127.0.0.1", "-p", $"{broker.Port}", "-t", "e", "-q", "1", .. options.Split(' ')];
        await using RealProcess real = RealProcess.Start(RealPart.MosquittoSub, [.. arguments, "-i", "real"]);
        await using RealProcess ours = RealProcess.StartTool(["sub", .. arguments, "-i", "ours"]);
        foreach (string client in new[] { "real", "ours" }) await broker.LineAsync($"Sending SUBACK to {client}");
        await using MqttClient publisher = await MqttClient.ConnectAsync(broker.Tcp);

        foreach (string text in new[] { "", "x" }) await publisher.PublishAsync("e", text, QualityOfService.AtLeastOnce);

        Assert.Equal((await real.FinishAsync()).Output, (await ours.FinishAsync()).Output);
    }

    /// <summary>mosquitto_sub 2.1: "print the count of messages of each second".</summary>
    [Fact]
    public async Task Message_rate_counts_every_message_once()
    {
        await using MqttBroker broker = await OurBroker.StartAsync();
        string url = OurBroker.Address(broker, "tcp");
        await using RealProcess sub = RealProcess.StartTool("sub", url, "-t", "a", "--message-rate", "-C", "300", "-q", "1");
        await using MqttClient client = await MqttClient.ConnectAsync(url);
        while (broker.Clients.Sum(one => one.Subscriptions) == 0) await Task.Yield();

        for (int i = 0; i < 300; i++) await client.PublishAsync("a", "x", QualityOfService.AtLeastOnce);

        Finished ended = await sub.FinishAsync();
        int[] counts = [.. ended.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => int.Parse(line, CultureInfo.InvariantCulture))];
        Assert.Equal((0, 300), (ended.ExitCode, counts.Sum()));
    }

    [Fact]
    public async Task Each_message_has_a_file_of_its_own_and_stays_in_the_folder()
    {
        await using MqttBroker broker = await OurBroker.StartAsync();
        string url = OurBroker.Address(broker, "tcp");
        await using MqttClient client = await MqttClient.ConnectAsync(url);
        byte[] binary = [0, 1, 0xff, (byte)'\n'];
        await client.PublishAsync("../../a b/é", binary, QualityOfService.AtLeastOnce, retain: true);
        await client.PublishAsync("empty/not", "x", QualityOfService.AtLeastOnce, retain: true);
        string folder = Path.Combine(Directory.CreateTempSubdirectory("rawmqtt-").FullName, "new");

        Finished sub = await RealProcess.RunToolAsync("sub", url, "-t", "#", "--output-dir", folder, "-C", "2", "-q", "1");

        Assert.Equal((0, "", ""), (sub.ExitCode, sub.Output, sub.Error));
        IEnumerable<string> found = Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Select(file => Path.GetFileName(file)!);
        string[] files = [.. found.Order(StringComparer.Ordinal)];
        Assert.Equal(["000001", "000002"], files.Select(name => name[..6]));
        string odd = Assert.Single(files, name => name.EndsWith("-.._.._a_b__", StringComparison.Ordinal));
        Assert.Equal(binary, await File.ReadAllBytesAsync(Path.Combine(folder, odd)));
    }

    /// <summary>mosquitto_sub 2.1: %f and %d, which 2.0.11 prints as they are.</summary>
    [Fact]
    public async Task Numbers_of_payloads_and_watching_in_a_pipe()
    {
        await using MqttBroker broker = await OurBroker.StartAsync();
        string url = OurBroker.Address(broker, "tcp");
        await using MqttClient client = await MqttClient.ConnectAsync(url);
        await client.PublishAsync("n", BitConverter.GetBytes(21.5f), QualityOfService.AtLeastOnce, retain: true);
        await client.PublishAsync("t", "21.5", QualityOfService.AtLeastOnce, retain: true);

        Finished number = await RealProcess.RunToolAsync("sub", url, "n", "-C", "1", "-F", "%t %8.2f|%d");
        Finished watched = await RealProcess.RunToolAsync("sub", url, "t", "-C", "1", "-w");

        Assert.Equal((0, "n    21.50|\n"), (number.ExitCode, number.Output));
        Assert.Contains("the message on topic n has 4 bytes, and %d needs 8", number.Error, StringComparison.Ordinal);
        Assert.Equal((0, "t 21.5\n", ""), (watched.ExitCode, watched.Output, watched.Error));
    }

    /// <summary>Returns the line that names what was agreed on; "refused" if the client ended without.</summary>
    private static async Task<string> LineAsync(RealProcess listener, RealProcess client)
    {
        Task<string> agreed = listener.LineAsync("CIPHER is ");
        Task<Finished> ended = client.FinishAsync();
        Task first = await Task.WhenAny(agreed, ended, FailureAsync(listener));
        return first == agreed ? Suite().Match(await agreed).Value : "refused";
    }

    private static async Task FailureAsync(RealProcess listener) => await listener.LineAsync("ERROR");

    [GeneratedRegex("CIPHER is .*")]
    private static partial Regex Suite();
}
