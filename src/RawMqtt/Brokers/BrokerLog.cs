using System.Threading.Channels;

namespace RawMqtt.Brokers;

/// <summary>Lines on their way to whoever wants them: in order, bounded, and written without holding the broker up.</summary>
internal sealed class BrokerLog
{
    private const int Capacity = 10_000;

    private readonly Channel<string> lines = Channel.CreateBounded<string>(new BoundedChannelOptions(Capacity) { SingleReader = true, FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Task writing;

    public BrokerLog(Action<string> write) => writing = Task.Run(() => WriteAsync(write));

    public void Add(string line) => lines.Writer.TryWrite(line);

    /// <summary>Waits until all is written.</summary>
    public Task CompleteAsync()
    {
        lines.Writer.TryComplete();
        return writing;
    }

    private async Task WriteAsync(Action<string> write)
    {
        await foreach (string line in lines.Reader.ReadAllAsync().ConfigureAwait(false)) write(line);
    }
}
