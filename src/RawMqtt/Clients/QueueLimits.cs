// SPDX-License-Identifier: MIT

namespace RawMqtt.Clients;

/// <summary>Decides whether one more message may wait to be sent.</summary>
internal sealed class QueueLimits(MqttClientOptions options)
{
    /// <summary>Publishers at QoS 0 wait when this many bytes wait to be written to the connection.</summary>
    public const int SendBufferHighWater = 256 * 1024;

    /// <summary>The messages that wait.</summary>
    public int Messages { get; private set; }

    /// <summary>Their topics and payloads, in bytes.</summary>
    public long Bytes { get; private set; }

    public void Add(int length)
    {
        Messages++;
        Bytes += length;
    }

    public void Remove(int length)
    {
        Messages--;
        Bytes -= length;
    }

    public bool HasRoomFor(int length) => Messages < options.MaxQueuedMessages && Bytes + length <= options.MaxQueuedBytes;

    /// <summary>Whether the send buffer, at this length, takes one more message at QoS 0 from callers that do not await.</summary>
    public bool HasSendBufferRoomFor(int length, int buffered) => buffered + (long)length <= options.MaxQueuedBytes;

    /// <summary>Returns why a message may not wait even if the queue were empty; null if it may.</summary>
    /// <param name="length">Its topic and payload, in bytes.</param>
    /// <param name="isConnected">Whether it waits for the in-flight limit and not for a connection.</param>
    public MqttException? FaultOf(int length, bool isConnected)
    {
        if (!isConnected && options.OfflinePublishing == MqttOfflinePublishing.Fail) return ConnectFaults.Offline();
        return length > options.MaxQueuedBytes ? ConnectFaults.TooLargeToWait(length, options.MaxQueuedBytes) : null;
    }

    /// <summary>Returns the failure for a message that found no room.</summary>
    public MqttException Full() => ConnectFaults.QueueFull(Messages, Bytes);
}
