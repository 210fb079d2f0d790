namespace RawMqtt.Transports;

/// <summary>Lets one reader at a time to a <see cref="WebSocketStream"/>'s receiving half, and closing behind the last one.</summary>
internal sealed class ReadSide
{
    private readonly Lock _lock = new();
    private TaskCompletionSource? _freed;
    private TaskCompletionSource? _closed;
    private int _taken;

    public bool IsClosing => Volatile.Read(ref _freed) is not null;

    /// <summary>Completes when closing is through; what a reader that comes too late waits for.</summary>
    public Task Closed => Volatile.Read(ref _closed)?.Task ?? Task.CompletedTask;

    public bool TryTake() => !IsClosing && Interlocked.CompareExchange(ref _taken, 1, 0) == 0;

    public void Release()
    {
        Interlocked.Exchange(ref _taken, 0);    // a full fence: either closing sees this, or this sees closing
        Volatile.Read(ref _freed)?.TrySetResult();
    }

    /// <summary>True for the first one who closes; no reader begins from here on.</summary>
    public bool TryBeginClosing()
    {
        lock (_lock)
        {
            if (IsClosing)
                return false;
            _closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Interlocked.Exchange(ref _freed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            return true;
        }
    }

    /// <summary>Takes the read side for good, once the reader that is under way has ended.</summary>
    public async ValueTask TakeForClosingAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.CompareExchange(ref _taken, 1, 0) == 0)
            return;
        await _freed!.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        Interlocked.Exchange(ref _taken, 1);
    }

    public void EndClosing() => _closed!.TrySetResult();
}
