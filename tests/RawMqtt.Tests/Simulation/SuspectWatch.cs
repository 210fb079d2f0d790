// SPDX-License-Identifier: MIT

using RawMqtt.Sessions;

namespace RawMqtt.Tests.Simulation;

/// <summary>No packet of these worlds is one that the server ends connections for: none may be suspect so often that a client would give it up.</summary>
internal sealed class SuspectWatch(string name)
{
    private (ushort PacketId, int Ends) suspect;

    public void EndedByServer(ClientSession session)
    {
        if (!session.HasSuspect(isWhole: true, out ushort packetId) || packetId == 0) return;
        suspect = (packetId, packetId == suspect.PacketId ? suspect.Ends + 1 : 1);
        if (suspect.Ends == 3) throw new SimulationException($"{name} would give up {packetId}, and nothing is wrong with it");
    }

    public void Answered(ushort packetId)
    {
        if (packetId == suspect.PacketId) suspect = default;
    }
}
