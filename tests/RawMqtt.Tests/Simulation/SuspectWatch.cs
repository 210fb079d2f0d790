// SPDX-License-Identifier: MIT

using RawMqtt.Sessions;

namespace RawMqtt.Tests.Simulation;

/// <summary>No packet of these worlds is one that the server ends connections for: none may be suspect so often that a client would give it up.</summary>
internal sealed class SuspectWatch(string name)
{
    private bool hasKeptSession;
    private bool mayBeForgotten;
    private (ushort PacketId, int Ends) suspect;

    /// <summary>The client is connected: a session that was kept must still be there.</summary>
    public void Connected(bool isPresent, bool clean)
    {
        if (hasKeptSession && !isPresent) throw new SimulationException($"{name}: the server has lost the session");
        hasKeptSession = !clean && !mayBeForgotten;
        if (!isPresent) mayBeForgotten = false;
    }

    /// <summary>The server was told to forget the session; a CONNACK from before may be on its way.</summary>
    public void Forgotten() => (hasKeptSession, mayBeForgotten) = (false, true);

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
