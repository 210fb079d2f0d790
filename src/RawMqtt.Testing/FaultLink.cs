// SPDX-License-Identifier: MIT

using System.IO.Pipelines;

namespace RawMqtt.Testing;

/// <summary>A connection in memory that can fail: two ends, each a stream for a client or a broker.</summary>
public sealed class FaultLink
{
    private readonly Fault fault;
    private readonly LinkBudget budget;
    private readonly TimeProvider time;
    private readonly Pipe toServer = NewPipe();
    private readonly Pipe toClient = NewPipe();
    private int ended;

    /// <summary>Creates a connection.</summary>
    /// <param name="fault">What happens to it; null for nothing.</param>
    /// <param name="time">The clock of <see cref="Fault.Delay"/>; null for that of the machine.</param>
    public FaultLink(Fault? fault = null, TimeProvider? time = null)
    {
        this.fault = fault ?? Fault.None;
        this.time = time ?? TimeProvider.System;
        budget = new LinkBudget(this.fault.CutAfter);
        Client = new LinkStream(this, toClient, toServer);
        Server = new LinkStream(this, toServer, toClient);
    }

    /// <summary>Gets the client's end.</summary>
    public Stream Client { get; }

    /// <summary>Gets the server's end.</summary>
    public Stream Server { get; }

    /// <summary>Gets whether the connection was cut by its <see cref="Fault"/> or by <see cref="Cut"/>.</summary>
    public bool IsCut => Volatile.Read(ref ended) != 0;

    internal int SliceLength => fault.SliceLength;

    internal bool IsSilent { get; private set; }

    /// <summary>Cuts the connection now.</summary>
    public void Cut(FaultEnd end = FaultEnd.Reset)
    {
        if (Interlocked.Exchange(ref ended, 1) != 0) return;
        IsSilent = end == FaultEnd.HalfOpen;
        if (IsSilent) return;
        IOException? reason = end == FaultEnd.Reset ? new IOException("The connection was reset.") : null;
        toServer.Writer.Complete(reason);
        toClient.Writer.Complete(reason);
    }

    /// <summary>Passes bytes on, slice by slice, as far as the fault allows.</summary>
    internal async ValueTask PassAsync(PipeWriter writer, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (bytes.Length > 0)
        {
            if (IsSilent) return;
            if (IsCut) throw new IOException("The connection was cut.");
            int length = Math.Min(bytes.Length, fault.SliceLength);
            int allowed = budget.Take(length);
            if (fault.Delay > TimeSpan.Zero) await Task.Delay(fault.Delay, time, cancellationToken).ConfigureAwait(false);
            if (allowed > 0 && !IsCut) await writer.WriteAsync(bytes[..allowed], cancellationToken).ConfigureAwait(false);
            if (allowed < length) Cut(fault.End);
            bytes = bytes[length..];
        }
    }

    private static Pipe NewPipe() => new(new PipeOptions(pauseWriterThreshold: 65536, resumeWriterThreshold: 32768, useSynchronizationContext: false));
}
