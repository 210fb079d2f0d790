// SPDX-License-Identifier: MIT

using System.Buffers;
using System.Text;
using RawMqtt.Codec;

namespace RawMqtt.Cli;

/// <summary>Prints messages as they are received. While the output is slow, the client reads no more from the network.</summary>
internal sealed class MessagePrinter(BatchedOutput output, int? count)
{
    private const int LongestName = 200;

    private readonly TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ArrayBufferWriter<byte> line = new();
    private int files;
    private int left = count ?? int.MaxValue;

    /// <summary>Gets whether the topic stands in front of each message.</summary>
    public bool ShowsTopic { get; init; }

    /// <summary>Gets whether retained messages are left out.</summary>
    public bool SkipsRetained { get; init; }

    /// <summary>Gets whether the first message that is not retained ends the printing.</summary>
    public bool TakesRetainedOnly { get; init; }

    /// <summary>Gets the filters of topics that are left out.</summary>
    public byte[][] Unwanted { get; init; } = [];

    /// <summary>Gets a callback that sees the topic of each retained message that is printed.</summary>
    public Action<byte[]>? OnRetained { get; init; }

    /// <summary>Gets the format of -F; null for the payload alone, or after its topic.</summary>
    public MessageFormat? Format { get; init; }

    /// <summary>Gets whether a new line follows each message.</summary>
    public bool EndsLines { get; init; } = true;

    /// <summary>Gets whether control characters of topics and payloads are escaped, as on a terminal.</summary>
    public bool EscapesControls { get; init; }

    /// <summary>Gets whether the topic in front of a message has a colour.</summary>
    public bool PaintsTopics { get; init; }

    /// <summary>Gets whether each message is written before it is acknowledged, so that a message of a kept session is not lost at a kill.</summary>
    public bool WritesEach { get; init; }

    /// <summary>Gets the share of the messages that is printed, 0 to 1.</summary>
    public double Chance { get; init; } = 1;

    /// <summary>Gets what counts the messages instead of printing them; null to print.</summary>
    public MessageRate? Rate { get; init; }

    /// <summary>Gets the terminal's screen with one line for each topic; null for lines one after the other.</summary>
    public WatchScreen? Screen { get; init; }

    /// <summary>Gets the folder for a file a message; null for the output.</summary>
    public string? Folder { get; init; }

    /// <summary>Gets a task that completes when the last message wanted has been printed, and fails when the output does.</summary>
    public Task Done => done.Task;

    /// <summary>Prints a message, unless an option leaves it out.</summary>
    public void Print(in MqttMessageView message)
    {
        if (left <= 0 || (SkipsRetained && message.Retain) || IsUnwanted(message.Topic)) return;
        if (TakesRetainedOnly && !message.Retain)
        {
            left = 0;
            done.TrySetResult();
            return;
        }

        if (Chance < 1 && Random.Shared.NextDouble() >= Chance) return;
        try
        {
            if (Rate is not null) Rate.Count();
            else if (Folder is not null) WriteFile(Folder, message);
            else Write(message);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            left = 0;
            done.TrySetException(failure);
            return;
        }

        if (message.Retain) OnRetained?.Invoke(message.Topic.ToArray());
        if (count is not null && --left == 0) done.TrySetResult();
    }

    private void Write(in MqttMessageView message)
    {
        bool isLeftOut = Format is null && message.Payload.IsEmpty && !(ShowsTopic && EndsLines); // as mosquitto_sub does
        if (isLeftOut) return;
        line.ResetWrittenCount();
        if (Format is not null)
        {
            Format.Write(line, message, EscapesControls, DateTimeOffset.Now);
        }
        else
        {
            if (ShowsTopic)
            {
                if (PaintsTopics) line.Write("\e[36m"u8);
                line.Write(EscapesControls ? TerminalText.Escape(message.Topic) : message.Topic);
                if (PaintsTopics) line.Write("\e[0m"u8);
                line.Write(message.Payload.IsEmpty ? " (null)"u8 : " "u8);
            }

            line.Write(EscapesControls ? TerminalText.Escape(message.Payload) : message.Payload);
        }

        if (EndsLines) line.Write("\n"u8);
        if (Screen is null) output.Add(line.WrittenSpan);
        else output.Add(Screen.Place(message.Topic, line.WrittenSpan));
        if (WritesEach) output.Flush();
    }

    /// <summary>The topic is a peer's word: what could leave the folder becomes '_'.</summary>
    private void WriteFile(string folder, in MqttMessageView message)
    {
        string topic = string.Concat(Encoding.UTF8.GetString(message.Topic).Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' ? c : '_'));
        string name = $"{++files:000000}-{topic[..Math.Min(topic.Length, LongestName)]}";
        using FileStream file = File.Create(Path.Combine(folder, name));
        file.Write(message.Payload);
    }

    private bool IsUnwanted(ReadOnlySpan<byte> topic)
    {
        foreach (byte[] filter in Unwanted)
        {
            if (TopicFilter.Matches(filter, topic)) return true;
        }

        return false;
    }
}
