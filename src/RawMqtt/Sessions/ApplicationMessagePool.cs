// SPDX-License-Identifier: MIT

namespace RawMqtt.Sessions;

/// <summary>Keeps application messages without a new object for each.</summary>
internal sealed class ApplicationMessagePool
{
    private const int MaxSpare = 1024;

    private readonly Stack<ApplicationMessage> spare = new();

    /// <summary>Messages kept and not yet given back.</summary>
    public int InUse { get; private set; }

    /// <summary>Topics and payloads of these messages, in bytes.</summary>
    public long BytesInUse { get; private set; }

    /// <summary>Their holders: entries of queues and of what is in flight, retained messages, Wills.</summary>
    public long References { get; internal set; }

    /// <summary>Copies a message. The caller holds the one reference to it.</summary>
    public ApplicationMessage Keep(ReadOnlySpan<byte> topic, ReadOnlySpan<byte> payload, QualityOfService qos)
    {
        if (!spare.TryPop(out ApplicationMessage? message)) message = new ApplicationMessage(this);
        message.Fill(topic, payload, qos);
        InUse++;
        References++;
        BytesInUse += message.Length;
        return message;
    }

    internal void Return(ApplicationMessage message, int length)
    {
        InUse--;
        BytesInUse -= length;
        if (spare.Count < MaxSpare) spare.Push(message);
    }
}
