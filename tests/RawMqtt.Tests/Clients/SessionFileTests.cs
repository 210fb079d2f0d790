// SPDX-License-Identifier: MIT

using System.Collections.Concurrent;
using System.Text;
using RawMqtt.Codec;
using RawMqtt.Sessions.Journal;

namespace RawMqtt.Tests.Clients;

/// <summary>What a client published and did not deliver is sent by the next client with the same file.</summary>
public sealed class SessionFileTests : IDisposable
{
    private const QualityOfService Qos1 = QualityOfService.AtLeastOnce;
    private const QualityOfService Qos2 = QualityOfService.ExactlyOnce;

    private readonly string folder = Directory.CreateTempSubdirectory("rawmqtt-session-").FullName;

    private static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token;

    private string SessionFile => Path.Combine(folder, "session");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Messages_that_were_never_sent_are_sent_by_the_next_client_in_their_order()
    {
        await using MqttBroker broker = await MqttBroker.StartAsync(new MqttBrokerOptions { Listeners = ["mqtt://127.0.0.1:0"] });
        using MqttBrokerSubscription arrivals = broker.Subscribe("#");
        await using (var first = new MqttClient(Options("mqtt://127.0.0.1:1")))
        {
            Task[] awaits = [.. Enumerable.Range(0, 100)
                .Select(i => first.PublishAsync("a", $"{i}", i % 2 == 0 ? Qos1 : Qos2, cancellationToken: Soon).AsTask())];
            await first.DisposeAsync();
            foreach (Task one in awaits) Assert.Equal(MqttErrorCode.Disposed, (await Assert.ThrowsAsync<MqttException>(() => one)).Code);
        }

        await using var second = new MqttClient(Options(broker.Addresses[0]));
        Assert.Equal(100, second.Statistics.Queued);
        await second.OpenAsync(Soon);
        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"{i}"), await TakeAsync(arrivals, 100));
        Assert.True((await second.DisconnectAsync()).IsComplete);

        await second.DisposeAsync();
        await using var third = new MqttClient(Options(broker.Addresses[0]));
        Assert.Equal(0, third.Statistics.Queued);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)] // the server has forgotten the session: it is published anew
    public async Task Message_in_flight_is_sent_again_under_its_identifier(bool isPresent)
    {
        await using var server = new SmallServer { Answer = ServerAnswers.Silence(PacketType.Publish) };
        await using (MqttClient first = await MqttClient.ConnectAsync(Options(server.Address), Soon))
        {
            Task unanswered = first.PublishAsync("a", "x", Qos1, cancellationToken: Soon).AsTask();
            await server.HasReceived("Publish", 1);
            await first.DisposeAsync();
            await Assert.ThrowsAsync<MqttException>(() => unanswered);
        }

        var again = new TaskCompletionSource<(ushort PacketId, bool Duplicate)>();
        server.Answer = (packet, output) =>
        {
            if (packet.Header.Type == PacketType.Publish && PublishPacket.TryRead(packet.Header, packet.Body, out PublishPacket publish, out _))
                again.TrySetResult((publish.PacketId, publish.Duplicate));
            if (packet.Header.Type == PacketType.Connect) return ServerAnswers.Accept(output, isPresent);
            return SmallServer.AcknowledgeAll(packet, output);
        };
        await using MqttClient second = await MqttClient.ConnectAsync(Options(server.Address), Soon);
        Assert.Equal(((ushort)1, isPresent), await again.Task.WaitAsync(Soon));
        Assert.True((await second.DisconnectAsync()).IsComplete);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task QoS_2_that_may_have_arrived_in_a_session_that_is_lost_is_sent_again_if_the_options_say_so_and_otherwise_told(bool republishes)
    {
        await using var server = new SmallServer { Answer = ServerAnswers.Silence(PacketType.Publish) };
        MqttClientOptions options = Options(server.Address) with { MaxInFlight = 1, RepublishQos2 = republishes };
        await using (MqttClient first = await MqttClient.ConnectAsync(options, Soon))
        {
            Task[] unanswered = [.. new[] { "left", "waits" }.Select(text => first.PublishAsync("a", text, Qos2, cancellationToken: Soon).AsTask())];
            await server.HasReceived("Publish", 1);
            await first.DisposeAsync(); // the end of a process
            foreach (Task one in unanswered) await Assert.ThrowsAsync<MqttException>(() => one);
        }

        var arrived = new ConcurrentQueue<string>();
        server.Answer = (packet, output) =>
        {
            if (packet.Header.Type == PacketType.Publish && PublishPacket.TryRead(packet.Header, packet.Body, out PublishPacket publish, out _))
                arrived.Enqueue($"{Encoding.UTF8.GetString(publish.Payload)}{(publish.Duplicate ? " again" : "")}");
            return SmallServer.AcknowledgeAll(packet, output);
        };
        var lines = new ConcurrentQueue<string>();
        await using (MqttClient second = await MqttClient.ConnectAsync(options with { Log = (level, line) => lines.Enqueue($"{level} {line}") }, Soon))
        {
            Assert.True((await second.DisconnectAsync(TimeSpan.FromSeconds(30))).IsComplete);
        }

        Assert.Equal(republishes ? ["left", "waits"] : ["waits"], arrived);
        const string Told = "Warning 1 messages at QoS 2: The server has forgotten the session";
        Assert.Equal(!republishes, lines.Any(line => line.StartsWith(Told, StringComparison.Ordinal)));
        await using var third = new MqttClient(options);
        Assert.Equal((0, 0), (third.Statistics.Queued, third.Statistics.InFlight));
    }

    [Fact]
    public async Task Cancelled_message_is_not_sent_by_anyone()
    {
        await using (var first = new MqttClient(Options("mqtt://127.0.0.1:1")))
        {
            using var cancel = new CancellationTokenSource();
            Task given = first.PublishAsync("a", "1", Qos1, cancellationToken: cancel.Token).AsTask();
            Task kept = first.PublishAsync("a", "2", Qos1, cancellationToken: Soon).AsTask();
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
            await first.DisposeAsync();
            await Assert.ThrowsAsync<MqttException>(() => kept);
        }

        await using var second = new MqttClient(Options("mqtt://127.0.0.1:1"));
        Assert.Equal(1, second.Statistics.Queued);
    }

    [Fact]
    public async Task File_is_written_anew_before_it_grows_large()
    {
        await using MqttBroker broker = await MqttBroker.StartAsync(new MqttBrokerOptions { Listeners = ["mqtt://127.0.0.1:0"] });
        await using MqttClient client = await MqttClient.ConnectAsync(Options(broker.Addresses[0]), Soon);
        byte[] payload = new byte[64 * 1024];
        for (int i = 0; i < 100; i++) await client.PublishAsync("a", payload, Qos2, cancellationToken: Soon);
        Assert.InRange(new FileInfo(SessionFile).Length, 0, 2 << 20); // 6.5 MB went through it
        Assert.False(File.Exists(SessionFile + ".new"));
    }

    [Fact]
    public async Task File_has_one_client_at_a_time()
    {
        await using var first = new MqttClient(Options("mqtt://127.0.0.1:1"));
        var refused = Assert.Throws<MqttException>(() => new MqttClient(Options("mqtt://127.0.0.1:1")));
        Assert.Equal(MqttErrorCode.InvalidOptions, refused.Code);
        Assert.Contains(SessionFile, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task File_of_another_client_is_refused_and_left_as_it_is()
    {
        await using (var other = new MqttClient(Options("mqtt://127.0.0.1:1") with { ClientId = "other" }))
        {
            Assert.Equal(0, other.Statistics.Queued);
        }

        byte[] before = await File.ReadAllBytesAsync(SessionFile);
        var refused = Assert.Throws<MqttException>(() => new MqttClient(Options("mqtt://127.0.0.1:1")));
        Assert.Contains("\"other\"", refused.Message, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(SessionFile));
    }

    [Fact]
    public async Task File_of_another_kind_is_refused_and_left_as_it_is()
    {
        await File.WriteAllTextAsync(SessionFile, "a letter to a friend");
        var refused = Assert.Throws<MqttException>(() => new MqttClient(Options("mqtt://127.0.0.1:1")));
        Assert.Contains("no session file", refused.Message, StringComparison.Ordinal);
        Assert.Equal("a letter to a friend", await File.ReadAllTextAsync(SessionFile));
    }

    [Fact]
    public async Task One_damaged_byte_costs_one_record_and_the_file_as_it_was_is_kept()
    {
        await using (var first = new MqttClient(Options("mqtt://127.0.0.1:1")))
        {
            Task[] awaits = [.. Enumerable.Range(0, 10).Select(i => first.PublishAsync("a", $"{i}", Qos1, cancellationToken: Soon).AsTask())];
            await first.DisposeAsync();
            foreach (Task one in awaits) await Assert.ThrowsAsync<MqttException>(() => one);
        }

        byte[] bytes = await File.ReadAllBytesAsync(SessionFile);
        bytes[SegmentHeader.Length + 17] ^= 0x10; // in the name of the owner, the first record
        await File.WriteAllBytesAsync(SessionFile, bytes);
        var lines = new List<string>();
        await using var second = new MqttClient(Options("mqtt://127.0.0.1:1") with { Log = (_, line) => lines.Add(line) });

        Assert.Equal(10, second.Statistics.Queued);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(SessionFile + ".damaged"));
        string warning = Assert.Single(lines, line => line.Contains(".damaged", StringComparison.Ordinal));
        Assert.Contains($" 18 of {bytes.Length} bytes ", warning, StringComparison.Ordinal);
        Assert.Contains($"from byte {SegmentHeader.Length} on", warning, StringComparison.Ordinal);
        Assert.Contains("A message may be lost, or come twice, at QoS 2 too.", warning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task File_that_is_written_anew_still_has_one_client_at_a_time()
    {
        for (int round = 0; round < 20; round++)
        {
            using var together = new Barrier(2);
            MqttClient?[] opened = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
            {
                together.SignalAndWait();
                try
                {
                    return new MqttClient(Options("mqtt://127.0.0.1:1"));
                }
                catch (MqttException)
                {
                    return null;
                }
            })));
            Assert.Single(opened, client => client is not null);
            foreach (MqttClient? client in opened)
                if (client is not null) await client.DisposeAsync();
        }
    }

    [Fact]
    public void File_that_cannot_be_is_named()
    {
        var refused = Assert.Throws<MqttException>(() =>
            new MqttClient(Options("mqtt://127.0.0.1:1") with { SessionFile = Path.Combine(folder, "missing", "session") }));
        Assert.Equal(MqttErrorCode.InvalidOptions, refused.Code);
    }

    [Fact]
    public void Clean_session_has_no_file() =>
        Assert.Throws<ArgumentException>(() => new MqttClient(Options("mqtt://127.0.0.1:1") with { CleanSession = true }));

    [Fact]
    public async Task Message_that_a_stream_left_in_the_file_while_there_was_no_connection_is_acknowledged_when_it_comes_again()
    {
        await using var server = new SmallServer();
        bool isAway = false;
        server.Answer = (packet, output) =>
        {
            bool isAgain = server.Connections > 1;
            if (isAgain && Volatile.Read(ref isAway)) return false;
            if (packet.Header.Type == PacketType.Connect) output.Write(new ConnAckPacket { SessionPresent = isAgain });
            else if (!SmallServer.AcknowledgeAll(packet, output)) return false;
            if (packet.Header.Type != (isAgain ? PacketType.Connect : PacketType.Subscribe)) return true;
            for (ushort id = 1; id <= 3; id++)
                output.Write(new PublishPacket { Topic = "a"u8, Payload = [(byte)id], Qos = Qos1, PacketId = id, Duplicate = isAgain });
            return true;
        };
        await using MqttClient client = await MqttClient.ConnectAsync(
            server.ClientOptions with { ClientId = "c", CleanSession = false, SessionFile = SessionFile }, Soon);
        MqttSubscription left = await client.SubscribeAsync("a", Qos1, Soon);
        await client.PingAsync(Soon);
        Task isLost = client.When(change => change.To == MqttClientState.Reconnecting);
        Volatile.Write(ref isAway, true);
        client.Abort();
        await isLost.WaitAsync(Soon);
        await left.DisposeAsync(); // its messages go to the file; there is nobody to acknowledge them to
        Task isBack = client.When(change => change.To == MqttClientState.Connected);
        Volatile.Write(ref isAway, false);
        await isBack.WaitAsync(Soon);
        await client.PingAsync(Soon);
        await client.PingAsync(Soon); // leaves behind the answers
        Assert.Equal(3, server.Received.Count(type => type == "PubAck"));
        await using MqttSubscription messages = await client.SubscribeAsync("a", Qos1, Soon);
        Assert.Equal([1, 2, 3], (await messages.TakeAsync(3, Soon)).Select(message => message.Payload.Span[0]));
    }

    private MqttClientOptions Options(string address) => new() { Address = address, ClientId = "c", CleanSession = false, SessionFile = SessionFile };

    private static async Task<List<string>> TakeAsync(MqttBrokerSubscription arrivals, int count)
    {
        var taken = new List<string>();
        await foreach (MqttMessage message in arrivals.WithCancellation(Soon))
        {
            taken.Add(message.PayloadText);
            if (taken.Count == count) break;
        }

        return taken;
    }
}
