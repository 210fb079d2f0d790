// SPDX-License-Identifier: MIT

using RawMqtt.Codec;
using RawMqtt.Sessions;

namespace RawMqtt.Clients;

/// <summary>Takes the packets of one read in batches, under the gate: answers them, and notes where their messages are.</summary>
internal sealed class PacketIntake(
    ClientGate gate, ConnectionWriter writer, ClientSession session, SessionClock clock, ClientCounters counters,
    ServerAnswers answers, ClientLog log, int maxPacketLength, MqttTap? packetTap)
{
    private int requested;
    private bool hasKeptLines;

    /// <summary>The messages that the last <see cref="Take"/> found.</summary>
    public ReceivedBatch Messages { get; } = new();

    /// <summary>The bytes of the packets that the last <see cref="Take"/> took.</summary>
    public int Consumed { get; private set; }

    /// <summary>Why the connection has to end; null while it may go on.</summary>
    public MqttException? Failure { get; private set; }

    /// <summary>Takes the next packets from the front of <paramref name="bytes"/>, up to one batch of messages.</summary>
    /// <returns>Whether any packet was taken.</returns>
    public bool Take(ReadOnlySpan<byte> bytes)
    {
        if (Failure is not null || bytes.IsEmpty) return false;
        lock (gate.Lock) TakeBatch(bytes);
        if (packetTap is not null && Consumed > 0) PacketTaps.ShowReceived(packetTap, bytes[..Consumed]); // before the answers leave
        if (Messages.Count == 0) gate.Enter(writer).Dispose(); // with messages, their acknowledgements go along
        if (hasKeptLines) log.WriteKept();
        hasKeptLines = false;
        return Consumed > 0;
    }

    private void TakeBatch(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> rest = bytes;
        TimeSpan now = clock.Now;
        int before = writer.Output.Length;
        bool isConnected = session.IsConnected;
        Messages.Clear();
        requested = 0;
        while (!Messages.IsFull && Failure is null && session.TryReceive(ref rest, now, writer.Output, out SessionEvent happened)) Handle(happened, bytes);
        if (isConnected) writer.Answers.Add(writer.Output.Length - before - requested);
        Consumed = bytes.Length - rest.Length;
        counters.BytesReceived += Consumed;
        counters.MessagesReceived += Messages.Count;
    }

    private void Handle(in SessionEvent happened, ReadOnlySpan<byte> bytes)
    {
        int before = writer.Output.Length;
        switch (happened.Kind)
        {
            case SessionEventKind.Message:
                Messages.Add(happened, bytes);
                return;
            case SessionEventKind.Refused:
                Failure = ConnectFaults.Refused(happened.ReturnCode);
                break;
            case SessionEventKind.Violation:
                Failure = happened.Violation == ProtocolViolation.PacketTooLarge
                    ? ConnectFaults.PacketTooLarge(maxPacketLength)
                    : new MqttException(happened.Violation!);
                break;
            default:
                if (happened.Kind == SessionEventKind.Connected) gate.Writer = writer;
                answers.Handle(happened, writer.Output);
                hasKeptLines |= happened.Kind is SessionEventKind.Subscribed or SessionEventKind.Connected;
                break;
        }

        requested += writer.Output.Length - before; // what was waiting to be sent is no answer
    }
}
