// SPDX-License-Identifier: MIT

using System.CommandLine;
using System.Text;
using RawMqtt.Codec;

namespace RawMqtt.Cli;

/// <summary><c>rawmqtt retained list</c> and <c>clear</c>: shows and deletes the retained messages of a broker that runs.</summary>
internal static class RetainedCommand
{
    private static readonly TimeSpan DefaultSilence = TimeSpan.FromSeconds(0.5);

    private static readonly ConnectionArguments Connection = new() { Address = new() { MostWords = 100 } };
    private static readonly SecondsOption Silence = new("--silence")
    {
        Description = "The list is whole when no message has come for this long; 0.5 by default.",
    };

    private static readonly Option<bool> Json = new("--json") { Description = "Print a JSON object for each message; payloads that are not text are base64." };
    private static readonly Option<bool> DryRun = new("--dry-run") { Description = "Show what would be deleted, and delete nothing." };

    public static Command Create()
    {
        var list = new Command("list", "Print the retained messages of topic filters: topic, length, payload. Write: list [URL] FILTER...") { Silence, Json };
        var clear = new Command("clear", "Delete the retained messages of topic filters. Write: clear [URL] FILTER...") { Silence, DryRun };
        list.SetAction(ListAsync);
        clear.SetAction(ClearAsync);
        foreach (Command one in new[] { list, clear })
        {
            Connection.AddTo(one);
            one.Validators.Add(result =>
            {
                string[] words = result.GetValue(Connection.Address.Positional) ?? [];
                string[] filters = words is [var first, ..] && first.Contains("://", StringComparison.Ordinal) ? words[1..] : words;
                if (filters.Length == 0) result.AddError("Give a topic filter, such as '#'");
                foreach (string filter in filters)
                {
                    if (TopicFilter.IsValid(Encoding.UTF8.GetBytes(filter), out ProtocolViolation? violation)) continue;
                    result.AddError($"{TerminalText.Escape(filter)}: {violation}");
                }
            });
        }

        return JournalCommands.AddRetained(
            new Command("retained", "Show or delete the messages that a broker keeps for later subscribers, or list those in its folder.") { list, clear });
    }

    private static async Task<int> ListAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        MqttClientOptions options = Connection.Read(parsed);
        ConnectionStatus.Connecting(options);
        await using MqttClient client = await MqttClient.ConnectAsync(options, cancellationToken);
        using var output = Terminal.OpenMessages();
        bool isTerminal = Terminal.IsOutput;
        await FindAsync(parsed, client, (in MqttMessageView message) => output.Add(LineOf(parsed, message, isTerminal)), cancellationToken);
        output.Flush();
        await ConnectionArguments.EndAsync(client);
        return ExitCode.Done;
    }

    private static async Task<int> ClearAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        MqttClientOptions options = Connection.Read(parsed);
        ConnectionStatus.Connecting(options);
        await using MqttClient client = await MqttClient.ConnectAsync(options, cancellationToken);
        var topics = new List<byte[]>();
        await FindAsync(parsed, client, (in MqttMessageView message) => topics.Add(message.Topic.ToArray()), cancellationToken);
        bool isDryRun = parsed.GetValue(DryRun);
        foreach (byte[][] batch in topics.Chunk(100))
        {
            if (!isDryRun) await Task.WhenAll(batch.Select(topic => ClearAsync(client, topic, cancellationToken)));
            foreach (byte[] topic in batch) Terminal.Out.WriteLine(TerminalText.Escape(Encoding.UTF8.GetString(topic)));
        }

        Terminal.Error.WriteLine($"{topics.Count} {(isDryRun ? "would be deleted" : "deleted")}");
        await ConnectionArguments.EndAsync(client);
        return ExitCode.Done;
    }

    /// <summary>Publishes an empty retained message: the broker then deletes the one that it keeps, 3.3.1.3.</summary>
    private static Task ClearAsync(MqttClient client, byte[] topic, CancellationToken cancellationToken) =>
        client.PublishAsync(topic, default, QualityOfService.AtLeastOnce, retain: true, cancellationToken).AsTask();

    private static Task FindAsync(ParseResult parsed, MqttClient client, MqttMessageReceiver take, CancellationToken cancellationToken) =>
        RetainedMessages.FindAsync(
            client, Connection.Address.Words(parsed.CommandResult), parsed.GetValue(Silence) ?? DefaultSilence, take, TimeProvider.System, cancellationToken);

    private static byte[] LineOf(ParseResult parsed, in MqttMessageView message, bool isTerminal)
    {
        if (parsed.GetValue(Json))
        {
            byte[] json = Recordings.RecordedMessage.Of(message, TimeSpan.Zero).ToLine(hasTime: false);
            return isTerminal ? TerminalText.EscapeJson(json) : json;
        }

        byte[] topic = TerminalText.Escape(message.Topic);
        byte[] payload = isTerminal ? TerminalText.Escape(message.Payload) : message.Payload.ToArray();
        return [.. topic, .. Encoding.ASCII.GetBytes($" {message.Payload.Length} "), .. payload, (byte)'\n'];
    }
}
