// SPDX-License-Identifier: MIT

using RawMqtt.Codec;

namespace RawMqtt.Cli;

/// <summary>Prints messages as they are received; while the output is slow, nothing more is read from the network.</summary>
internal sealed class MessagePrinter(BufferedStream output, int? count)
{
    private readonly TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int left = count ?? int.MaxValue;

    public bool ShowsTopic { get; init; }

    public bool SkipsRetained { get; init; }

    /// <summary>Ends with the first message that was published after the subscription.</summary>
    public bool TakesRetainedOnly { get; init; }

    /// <summary>Messages whose topics match these are not wanted.</summary>
    public byte[][] Unwanted { get; init; } = [];

    /// <summary>Sees each retained message that is printed.</summary>
    public Action<byte[]>? OnRetained { get; init; }

    public MessageFormat? Format { get; init; }

    public bool EndsLines { get; init; } = true;

    /// <summary>Completes when the last message wanted has been printed; fails when the output does.</summary>
    public Task Done => done.Task;

    public void Print(in MqttMessageView message)
    {
        if (left <= 0 || (SkipsRetained && message.Retain) || IsUnwanted(message.Topic)) return;
        if (TakesRetainedOnly && !message.Retain)
        {
            left = 0;
            done.TrySetResult();
            return;
        }

        try
        {
            Write(message);
        }
        catch (IOException failure)
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
        if (Format is not null)
        {
            Format.Write(output, message, DateTimeOffset.Now);
        }
        else
        {
            if (ShowsTopic)
            {
                output.Write(message.Topic);
                output.Write(message.Payload.IsEmpty ? " (null)"u8 : " "u8);
            }

            output.Write(message.Payload);
        }

        if (EndsLines) output.WriteByte((byte)'\n');
        output.Flush();
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
