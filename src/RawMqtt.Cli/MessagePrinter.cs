namespace RawMqtt.Cli;

/// <summary>Prints messages as they are received; while the output is slow, nothing more is read from the network.</summary>
internal sealed class MessagePrinter(BufferedStream output, int? count)
{
    private readonly TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int left = count ?? int.MaxValue;

    public bool ShowsTopic { get; init; }

    public bool SkipsRetained { get; init; }

    public bool EndsLines { get; init; } = true;

    /// <summary>Completes when the last message wanted has been printed; fails when the output does.</summary>
    public Task Done => done.Task;

    public void Print(in MqttMessageView message)
    {
        if (left <= 0 || (SkipsRetained && message.Retain)) return;
        try
        {
            if (ShowsTopic)
            {
                output.Write(message.Topic);
                output.Write(message.Payload.IsEmpty ? " (null)"u8 : " "u8);
            }

            output.Write(message.Payload);
            if (EndsLines) output.WriteByte((byte)'\n');
            output.Flush();
        }
        catch (IOException failure)
        {
            left = 0;
            done.TrySetException(failure);
            return;
        }

        if (count is not null && --left == 0) done.TrySetResult();
    }
}
