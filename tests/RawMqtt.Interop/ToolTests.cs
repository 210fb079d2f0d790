// SPDX-License-Identifier: MIT

using System.Net;
using System.Net.Sockets;
using System.Text;
using RawMqtt.Interop.Parts;

namespace RawMqtt.Interop;

/// <summary>The tool as a user meets it: what it prints, and how it ends.</summary>
public class ToolTests
{
    [Theory]
    [InlineData("demo")]
    [InlineData("demo --trace")]
    public async Task Demo_shows_every_step_and_ends_with_0(string arguments)
    {
        Finished demo = await RealProcess.RunToolAsync(arguments.Split(' '));

        Assert.Equal((0, ""), (demo.ExitCode, demo.Error));
        foreach (string seen in new[] { "GET /mqtt HTTP/1.1", "HTTP/1.1 101 Switching Protocols", "CONNECT client \"rawmqtt_", "keep alive 60 s",
            "CONNACK return code 0", "SUBSCRIBE id 1: \"testtopic\"", "received testtopic: ws connection demo...!", "UNSUBACK", "DISCONNECT", "close 1000" })
        {
            Assert.Contains(seen, demo.Output, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(15)]
    public async Task Broker_says_where_it_listens_and_ends_cleanly_on_a_signal(int signal)
    {
        await using RealProcess broker = RealProcess.StartTool("broker", "--ws", "127.0.0.1:0", "--ws", "localhost:0", "--tcp",
            "127.0.0.1:0", "--path", "/other", "--quiet");
        await broker.LineAsync("ready");
        string[] lines = broker.Output.TrimEnd().Split('\n');
        Assert.Equal(4, lines.Length);
        Assert.Matches(@"^listening ws://127\.0\.0\.1:\d+/other$", lines[0]);
        Assert.Matches(@"^listening mqtt://127\.0\.0\.1:\d+$", lines[2]);
        await using MqttClient client = await MqttClient.ConnectAsync(lines[0]["listening ".Length..]); // it must not keep the broker from ending

        broker.Signal(signal);
        Finished ended = await broker.FinishAsync();
        Assert.Equal((0, ""), (ended.ExitCode, ended.Error));
    }

    [Fact]
    public async Task Broker_in_the_background_of_a_shell_hears_the_interrupt()
    {
        Finished shell = await RealProcess.RunAsync("bash", "-c",
            $"dotnet {RealPart.Tool} broker --tcp 127.0.0.1:0 > >(grep -q ready && kill -INT $(cat $0)) & echo $! > $0; wait $!; echo ended $?",
            Path.GetTempFileName());
        Assert.Contains("ended 0", shell.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, "pub -h 127.0.0.1 --url ws://127.0.0.1:1/mqtt -t a -m b", "Give the address once")]
    [InlineData(1, "pub -h ws://127.0.0.1:1/mqtt -t a -m b", "-h takes a host")]
    [InlineData(1, "pub -t a -m hello world", "\"world\" is neither topic nor message")]
    [InlineData(2, "pub mqtt://127.0.0.1:1 -t a -m b", "connection refused")]
    [InlineData(2, "pub -h 127.0.0.1 -p 1 -t a -m b", "connection refused")]
    [InlineData(1, "pub --url ws://127.0.0.1:1/mqtt -t a", "Say what to publish")]
    [InlineData(1, "pub --url 127.0.0.1:1883 -t a -m b", "has no protocol in front. Try mqtt://127.0.0.1:1883")]
    [InlineData(1, "pub --url http://127.0.0.1:8083/mqtt -t a -m b", "Try ws://127.0.0.1:8083/mqtt")]
    [InlineData(1, "pub --url ws://127.0.0.1:1/mqtt -t a -m b -q 3", "takes 0|1|2, not \"3\"")]
    [InlineData(1, "pub --url ws://127.0.0.1:1/mqtt -t a -m b -P secret", "needs a user name")]
    [InlineData(1, "pub --url mqtt://127.0.0.1:1 -t a -m b --cafile x.pem", "Write mqtts if TLS was meant")]
    [InlineData(1, "pub --url ws://127.0.0.1:1/mqtt -t a -m b -q x", "--qos takes 0|1|2, not \"x\"")]
    [InlineData(1, "sub --url ws://127.0.0.1:1/mqtt -t a -C 0", "-C takes a whole number from 1")]
    [InlineData(1, "sub --url ws://127.0.0.1:1/mqtt -t a -C -1", "-C takes a whole number from 1")]
    [InlineData(1, "sub --url ws://127.0.0.1:1/mqtt -t a -W 99999999", "-W takes seconds from 0.001 to 86400")]
    [InlineData(1, "sub --url ws://127.0.0.1:1/mqtt -t a --connect-timeout 99999999", "--connect-timeout takes seconds")]
    [InlineData(1, "pub --url ws://127.0.0.1:1/mqtt -t a/# -m b", "MQTT-4.7.1-1")]
    [InlineData(1, "sub --url ws://127.0.0.1:1/mqtt -t a/#/b", "MQTT-4.7.1-2")]
    [InlineData(8, "pub --url wss://127.0.0.1:1/mqtt -t a -m b --cafile /no/such/file", "/no/such/file")]
    [InlineData(1, "sub --url ws://127.0.0.1:1/mqtt -t a -c", "give one with -i")]
    [InlineData(1, "pub -p 0 -t a -m b", "--port takes a whole number from 1 to 65535")]
    [InlineData(1, "pub --url ws://127.0.0.1:1/mqtt -t a -f ", "--file takes the name of a file")]
    [InlineData(1, "pub --url ws://127.0.0.1:1/mqtt -t a -m b --will-qos 1", "--will-qos needs --will-topic")]
    [InlineData(1, "pub --url ws://127.0.0.1:1/mqtt -t a -m b --will-retain", "--will-retain needs --will-topic")]
    [InlineData(1, "pub --url ws://127.0.0.1:1/mqtt -t a -m b --will-payload x", "--will-payload needs --will-topic")]
    [InlineData(1, "pub --url ws://127.0.0.1:1/mqtt -t a -m b -V mqttv5", "MQTT 3.1.1 is the only version")]
    [InlineData(1, "pub --url ws://127.0.0.1:1/mqtt -t a -m b -i x -I y", "or its beginning with -I")]
    [InlineData(1, "pub --url ws://127.0.0.1:1/mqtt -t a -l --repeat 2", "--repeat is for one message")]
    [InlineData(1, "pub --url ws://127.0.0.1:1/mqtt -t a -m b --repeat 2 --repeat-delay -1", "--repeat-delay takes seconds")]
    [InlineData(1, "sub --url ws://127.0.0.1:1/mqtt -t a -F %z", "-F knows %t topic, %p payload")]
    [InlineData(1, "sub --url ws://127.0.0.1:1/mqtt -t a -R --retained-only", "leave nothing to print")]
    [InlineData(1, "sub --url ws://127.0.0.1:1/mqtt -t a -T a/#/b", "MQTT-4.7.1-2")]
    [InlineData(1, "decode --from nobody c000", "--from takes client|server")]
    [InlineData(1, "decode c000 --lines", "Give the bytes, or --file, or --lines")]
    [InlineData(1, "encode {} --lines", "Give a description, or --lines")]
    [InlineData(1, "broker --tcp 127.0.0.1:0 --path /mqtt", "--path has no effect without --ws or --wss")]
    [InlineData(1, "broker --ws 127.0.0.1:0 --host-name http://a", "can match no request")]
    [InlineData(1, "broker --ws 127.0.0.1:0 --trusted-proxy 127.1", "The trusted proxy \"127.1\" is neither")]
    [InlineData(1, "pub -t a -m b -H X:y", "--header is for ws and wss")]
    [InlineData(1, "nonsense", "\"nonsense\" is not known")]
    [InlineData(1, "broker --ws 127.0.0.1", "--ws takes HOST:PORT")]
    [InlineData(1, "broker --tcp 1883", "--tcp takes HOST:PORT")]
    [InlineData(1, "broker --ws 127.0.0.1:0/foo", "--ws takes HOST:PORT")]
    [InlineData(1, "decode --mqtt --ws c000", "give --mqtt or --ws")]
    [InlineData(1, "broker --wss 127.0.0.1:0", "needs a certificate")]
    [InlineData(2, "pub --url ws://127.0.0.1:1/mqtt -t a -m b", "connection refused")]
    [InlineData(2, "sub --url ws://no-such-host.invalid/mqtt -t a", "knows no address of the host")]
    [InlineData(8, "pub --url ws://127.0.0.1:1/mqtt -t a -f /no/such/file", "/no/such/file")]
    [InlineData(1, "pub mqtts://127.0.0.1:1 a b --tls-version tlsv1.3 --ciphers ECDHE-RSA-AES256-GCM-SHA384", "names no suite of TLS 1.3")]
    [InlineData(1, "retained list", "Give a topic filter")]
    [InlineData(1, "retained clear a/#/b", "MQTT-4.7.1-2")]
    [InlineData(1, "record", "Give a file, or - for the standard input and output. See rawmqtt record --help.")]
    [InlineData(1, "replay - --repeat 2", "--repeat needs a file")]
    [InlineData(8, "replay mqtt://127.0.0.1:1 /no/such/file", "/no/such/file")]
    [InlineData(1, "rpc -t a", "Say what to send with one of")]
    [InlineData(1, "ping --endless -C 2", "-C has no effect beside --endless")]
    [InlineData(8, "bench compare /no/such/file /no/such/file", "/no/such/file")]
    [InlineData(1, "bench conn a b c", "See rawmqtt bench conn --help.")]
    public async Task Mistakes_end_in_one_sentence_and_a_code(int exitCode, string arguments, string expected)
    {
        Finished tool = await RealProcess.RunToolAsync(arguments.Split(' '));

        Assert.Equal((exitCode, ""), (tool.ExitCode, tool.Output));
        Assert.Contains(expected, tool.Error, StringComparison.Ordinal);
        Assert.StartsWith("rawmqtt: ", tool.Error, StringComparison.Ordinal);
        Assert.Single(tool.Error.TrimEnd('\n').Split('\n'));
        Assert.DoesNotContain("   at ", tool.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help", "\nrawmqtt help COMMAND shows the options of one.\n")]
    [InlineData("pub --help", "\nExamples:\n")]
    [InlineData("sub -?", "\nExamples:\n")]
    [InlineData("broker --help", "\nExamples:\n")]
    [InlineData("decode --help", "\nExamples:\n")]
    public async Task Help_lists_the_exit_codes(string arguments, string whatElse)
    {
        Finished help = await RealProcess.RunToolAsync(arguments.Split(' '));

        Assert.Equal((0, ""), (help.ExitCode, help.Error));
        Assert.Contains("Usage:", help.Output, StringComparison.Ordinal);
        Assert.Contains(whatElse, help.Output, StringComparison.Ordinal);
        Assert.Contains("27  sub -W", help.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Options_of_the_article_are_read_from_a_file()
    {
        await using MqttBroker broker = await OurBroker.StartAsync();
        string file = Path.Combine(Directory.CreateTempSubdirectory("rawmqtt-").FullName, "options.json");
        await File.WriteAllTextAsync(file, """{"keepalive":33,"clientId":"mqttjs_1234","protocolId":"MQTT","protocolVersion":4,"clean":"""
            + """true,"reconnectPeriod":1000,"connectTimeout":30000,"will":{"topic":"WillMsg","payload":"gone","qos":0,"retain":false}}""");

        Finished pub = await RealProcess.RunToolAsync("pub", "--url", OurBroker.Address(broker, "ws"), "--options", file, "-t", "a", "-m", "b", "--trace");

        Assert.Equal(0, pub.ExitCode);
        Assert.Contains("CONNECT client \"mqttjs_1234\", clean session 1, keep alive 33 s, will \"WillMsg\" 4 bytes \"gone\" at QoS 0",
            pub.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Broker_traces_each_connection()
    {
        await using RealProcess broker = RealProcess.StartTool("broker", "--tcp", "127.0.0.1:0", "--ws", "127.0.0.1:0", "--trace");
        await broker.LineAsync("ready");
        foreach (string line in broker.Output.TrimEnd().Split('\n').Where(line => line.StartsWith("listening ", StringComparison.Ordinal)))
        {
            Finished pub = await RealProcess.RunToolAsync("pub", "--url", line["listening ".Length..], "-t", "a", "-m", "b", "-q", "1",
                "-u", "alice", "-P", "s3cret");
            Assert.Equal((0, ""), (pub.ExitCode, pub.Error));
        }

        await broker.LineAsync("→ GET /mqtt HTTP/1.1");
        await broker.LineAsync("→ PUBLISH \"a\" at QoS 1");
        await broker.LineAsync("← PUBACK id");
        Assert.Contains("Password: ***", broker.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", broker.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ws", "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", 4, "HTTP status 404 Not Found. The path in the address is /mqtt")]
    [InlineData("wss", "HTTP/1.1 400 Bad Request\r\n\r\n", 3, "answered the TLS handshake with plain HTTP")]
    [InlineData("mqtt", "HTTP/1.1 400 Bad Request\r\n\r\n", 6, "answered CONNECT with HTTP status 400 Bad Request. So it may be a WebSocket port. Try ws://")]
    [InlineData("mqtt", "", 6, "closed the connection without answering CONNECT")]
    [InlineData("mqtt", "\u0020\u0002\u0000\u0004", 5, "return code 4")]
    [InlineData("mqtt", "\u0020\u0002\u0000\u0005", 5, "return code 5")]
    [InlineData("mqtt", "\u0020\u0002\u0001\u0005", 6, "MQTT-3.2.2-4")]
    public async Task Servers_that_refuse_end_in_one_sentence_and_a_code(string scheme, string answer, int exitCode, string expected)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using RealProcess tool = RealProcess.StartTool("sub", "--url",
            $"{scheme}://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}{(scheme[0] == 'w' ? "/mqtt" : "")}", "-t", "a");
        using (Socket server = await listener.AcceptSocketAsync())
        {
            await server.ReceiveAsync(new byte[4096]);
            if (answer.Length > 0) await server.SendAsync(Encoding.Latin1.GetBytes(answer));
            server.Shutdown(SocketShutdown.Send);
            Finished finished = await tool.FinishAsync();

            Assert.Equal((exitCode, ""), (finished.ExitCode, finished.Output));
            Assert.Contains(expected, finished.Error, StringComparison.Ordinal);
            Assert.Single(finished.Error.TrimEnd('\n').Split('\n'));
        }
    }

    [Fact]
    public async Task Silence_ends_at_the_connect_timeout()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Finished tool = await RealProcess.RunToolAsync("pub", "--url", $"ws://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/mqtt", "-t", "a", "-m",
            "b", "--connect-timeout", "1");

        Assert.Equal(2, tool.ExitCode);
        Assert.Contains("within 1 s", tool.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Trace_masks_the_password_and_trace_secrets_does_not()
    {
        await using MqttBroker broker = await OurBroker.StartAsync();
        string url = $"{OurBroker.Address(broker, "ws")}?token=s3cret-query";

        Finished masked = await RealProcess.RunToolAsync("pub", "--url", url, "-t", "a", "-m", "b", "-u", "alice", "-P", "s3cret-word", "-H",
            "Authorization: Bearer t0ken", "--trace");
        Finished open = await RealProcess.RunToolAsync("pub", "--url", url, "-t", "a", "-m", "b", "-u", "alice", "-P", "s3cret-word", "-H",
            "Authorization: Bearer t0ken", "--trace-secrets");

        Assert.Contains("Password: ***", masked.Error, StringComparison.Ordinal);
        Assert.Contains("User Name: \"alice\"", masked.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", masked.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("73 33 63", masked.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("t0ken", masked.Error, StringComparison.Ordinal);
        Assert.Contains("s3cret-word", open.Error, StringComparison.Ordinal);
        Assert.Contains("t0ken", open.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lines_of_the_input_are_published_as_the_bytes_that_they_are()
    {
        await using MqttBroker broker = await OurBroker.StartAsync();
        string url = OurBroker.Address(broker, "ws");
        await using MqttClient client = await MqttClient.ConnectAsync(url);
        await using MqttSubscription messages = await client.SubscribeAsync("a", QualityOfService.AtLeastOnce);

        Finished pub = await RealProcess.RunAsync("sh", "-c",
            "printf 'a\\r\\n\\377\\376\\n\\n\\357\\273\\277x' | dotnet \"$0\" pub --url \"$1\" -t a -l -q 1", RealPart.Tool, url);

        Assert.Equal((0, ""), (pub.ExitCode, pub.Error));
        var payloads = new List<string>();
        await foreach (MqttMessage message in messages)
        {
            payloads.Add(Convert.ToHexStringLower(message.Payload.Span));
            if (payloads.Count == 4) break;
        }

        Assert.Equal(["610d", "fffe", "", "efbbbf78"], payloads);
    }

    [Fact]
    public async Task Waiting_for_lines_to_publish_ends_with_a_farewell_on_a_signal()
    {
        await using MqttBroker broker = await OurBroker.StartAsync();
        await using RealProcess tool = RealProcess.StartTool("pub", "--url", OurBroker.Address(broker, "tcp"), "-t", "a", "-l", "-q", "1", "--trace");
        tool.WriteInput("one\n");
        await tool.LineAsync("PUBACK");

        tool.Signal(2);
        Finished ended = await tool.FinishAsync();

        Assert.Equal((0, ""), (ended.ExitCode, ended.Output));
        Assert.Contains("DISCONNECT", ended.Error, StringComparison.Ordinal);
    }
}
