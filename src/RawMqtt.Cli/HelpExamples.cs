// SPDX-License-Identifier: MIT

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
        ["dev-cert"] = [("certificates for tests on this machine", "rawmqtt dev-cert")],
        ["completion"] =
        [
            ("complete commands and options with the tabulator in bash", "rawmqtt completion bash > ~/.local/share/bash-completion/completions/rawmqtt"),
        ],
        ["help"] = [("the man page", "rawmqtt help --man > rawmqtt.1")],
    };

    /// <summary>Returns what each example does, and its command line; none for a command without.</summary>
    public static (string Does, string Command)[] Of(string command) => Examples.GetValueOrDefault(command, []);
}
