// SPDX-License-Identifier: MIT

using System.CommandLine;
using System.Text;

namespace RawMqtt.Cli;

/// <summary>The options for the Will, with the names of mosquitto_pub and mosquitto_sub.</summary>
internal sealed class WillArguments
{
    public Option<string?> Topic { get; } = new("--will-topic") { Description = "The topic of the Will.", HelpName = "TOPIC" };

    public Option<string?> Payload { get; } = new("--will-payload", "--will-message") { Description = "The message of the Will.", HelpName = "TEXT" };

    public NumberOption Qos { get; } = NumberOption.Qos("The QoS of the Will.", "--will-qos");

    public Option<bool> Retain { get; } = new("--will-retain") { Description = "Retain the Will." };

    public void AddTo(Command command)
    {
        Topic.Validators.Add(ConnectionArguments.RequireTopicName);
        command.Validators.Add(result =>
        {
            if (result.GetResult(Topic) is not null) return;
            foreach (Option option in new Option[] { Payload, Qos, Retain })
            {
                if (result.GetResult(option) is { Implicit: false }) result.AddError($"{option.Name} needs --will-topic beside it");
            }
        });
        foreach (Option option in new Option[] { Topic, Payload, Qos, Retain }) command.Options.Add(option);
    }

    /// <summary>Returns the Will; null if none is given.</summary>
    public MqttWill? Read(ParseResult parsed)
    {
        if (parsed.GetValue(Topic) is not { } topic) return null;
        byte[] payload = Encoding.UTF8.GetBytes(parsed.GetValue(Payload) ?? "");
        return new MqttWill(topic, payload, (QualityOfService)(parsed.GetValue(Qos) ?? 0), parsed.GetValue(Retain));
    }
}
