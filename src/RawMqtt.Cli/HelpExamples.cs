// SPDX-License-Identifier: MIT

using System.CommandLine;

namespace RawMqtt.Cli;

/// <summary>Examples of each command, for its help and for the man page. A test parses them.</summary>
internal static class HelpExamples
{
    private static readonly Dictionary<string, (string Does, string Command)[]> Examples = new()
    {
        ["pub"] =
        [
            ("one message to the broker on this machine", "rawmqtt pub -t sensors/temperature -m 32 -q 1"),
            ("the same over WebSocket, with the address first", "rawmqtt pub ws://localhost:8083/mqtt sensors/temperature 32"),
            ("each line of a program's output", "tail -f log | rawmqtt pub -h broker.example -t log -l"),
            ("a login that other users do not see", "rawmqtt pub -L mqtts://broker.example -u me --password-file secret -t a -f picture.jpg"),
        ],
        ["sub"] =
        [
            ("all topics, each in front of its messages", "rawmqtt sub -t '#' -v"),
            ("two filters, each at its QoS", "rawmqtt sub -h broker.example -t 'a/+' -q 1 -t b -q 2"),
            ("one retained message as JSON, or exit code 27", "rawmqtt sub wss://broker.example/mqtt -t state -C 1 -W 2.5 -F %j --pretty"),
            ("clear retained messages", "rawmqtt sub -t 'old/#' --remove-retained --retained-only -W 1"),
        ],
        ["broker"] =
        [
            ("a broker for this machine", "rawmqtt broker"),
            ("one for the network, with passwords and TLS", "rawmqtt broker --wss 0.0.0.0:8084 --cert chain.pem --key key.pem --password-file users"),
        ],
        ["demo"] = [("the story of one message, byte by byte", "rawmqtt demo")],
        ["doctor"] = [("why a page cannot connect", "rawmqtt doctor wss://broker.example:8084/mqtt --page https://app.example")],
        ["decode"] = [("explain bytes that were copied from somewhere", "rawmqtt decode 30 05 00 01 61 68 69")],
        ["passwd"] = [("add a user to a broker's file", "rawmqtt passwd me >> users")],
        ["toolkit"] = [("a broker, and its page in the browser", "rawmqtt toolkit")],
        ["encode"] = [("bytes of a packet that JSON describes", "rawmqtt encode '{\"type\":\"PINGREQ\"}'")],
        ["bench"] = [("what a broker does with 5000 messages a second", "rawmqtt bench pubsub mqtt://localhost:1883 --rate 5000")],
        ["bench conn"] = [("9000 connections, 1000 a second", "rawmqtt bench conn ws://localhost:8083/mqtt -c 9000 --connect-rate 1000")],
        ["bench pub"] = [("as fast as it goes, from two processes", "rawmqtt bench pub mqtt://localhost:1883 -c 100 --rate max -q 1 --processes 2")],
        ["bench sub"] = [("what bench pub of another terminal sends", "rawmqtt bench sub mqtt://localhost:1883 --duration 60")],
        ["bench pubsub"] =
        [
            ("a report for people and one for bench compare", "rawmqtt bench pubsub ws://localhost:8083/mqtt --html a.html --json a.json"),
        ],
        ["bench fan"] = [("500 subscribers of one topic", "rawmqtt bench fan ws://localhost:8083/mqtt --subscribers 500 --rate 100 -q 1")],
        ["bench compare"] = [("before and after a change", "rawmqtt bench compare before.json after.json")],
        ["retained"] = [("all retained messages of a broker", "rawmqtt retained list ws://localhost:8083/mqtt '#'")],
        ["retained list"] = [("all below a topic, as JSON", "rawmqtt retained list 'sensors/#' --json")],
        ["retained clear"] = [("what would be deleted below a topic", "rawmqtt retained clear 'old/#' --dry-run")],
        ["ping"] = [("whether a broker answers, and how fast", "rawmqtt ping wss://broker.example/mqtt -C 10")],
        ["rpc"] = [("a request, and its answer on lamp/get/response", "rawmqtt rpc -t lamp/get -m state -W 2")],
        ["record"] = [("an hour of messages", "rawmqtt record -t 'sensors/#' -W 3600 hour.jsonl")],
        ["replay"] = [("ten times as fast, below another topic", "rawmqtt replay hour.jsonl --speed 10 --topic-prefix test/")],
        ["sessions"] = [("what a broker keeps for its clients", "rawmqtt sessions /var/lib/rawmqtt")],
        ["journal"] = [("whether a broker's folder is damaged", "rawmqtt journal /var/lib/rawmqtt")],
        ["broker import"] = [("the configuration of a mosquitto", "rawmqtt broker import /etc/mosquitto/mosquitto.conf > rawmqtt.json")],
        ["dev-cert"] = [("certificates for tests on this machine", "rawmqtt dev-cert")],
        ["completion"] =
        [
            ("complete commands and options with the tabulator in bash", "rawmqtt completion bash > ~/.local/share/bash-completion/completions/rawmqtt"),
        ],
        ["help"] = [("the man page", "rawmqtt help --man > rawmqtt.1")],
    };

    /// <summary>Returns what each example does, and its command line.</summary>
    public static (string Does, string Command)[] Of(Command command) => Examples.GetValueOrDefault(HelpText.NameOf(command), []);
}
