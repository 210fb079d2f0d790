// SPDX-License-Identifier: MIT

namespace RawMqtt.Tests.Simulation;

/// <summary>A network connection that may fail: it delivers in any slices, after any delay, and may be cut at any byte, told to both ends, to one, or to none;
/// one way of it may die alone, and either may be closed alone.</summary>
internal sealed class Link
{
    private readonly World world;
    private readonly Direction toServer;
    private readonly Direction toClient;
    private readonly double latency;
    private int bytesUntilCut = int.MaxValue;
    private bool isCut;

    public Link(World world)
    {
        this.world = world;
        latency = world.HasFaults && world.Chance(0.3) ? 2.0 : 0.02;
        toServer = new Direction(this);
        toClient = new Direction(this);
        if (!world.HasFaults) return;
        if (world.Chance(0.6)) bytesUntilCut = world.Length(3000);
        if (world.Chance(0.3)) world.After(world.Delay(60), Cut);
        if (world.Chance(0.15)) world.After(world.Delay(60), (world.Chance(0.5) ? toServer : toClient).Die);
        if (world.Chance(0.15)) world.After(world.Delay(60), HalfClose);
    }

    /// <summary>Whether it was cut, and not ended by one of its ends.</summary>
    public bool IsCut => isCut;

    /// <summary>Whether the server closed it because DISCONNECT came.</summary>
    public bool IsDisconnected { get; set; }

    /// <summary>Watches what the server sends over this link.</summary>
    public WireRules? ServerRules { get; init; }

    public delegate void BytesArrived(ReadOnlySpan<byte> bytes);

    public BytesArrived? ServerGets { get; set; }

    public BytesArrived? ClientGets { get; set; }

    /// <summary>The server learns that the connection is gone.</summary>
    public Action? ServerLoses { get; set; }

    /// <summary>The client learns that the connection is gone.</summary>
    public Action? ClientLoses { get; set; }

    public void SendToServer(ReadOnlySpan<byte> bytes) => toServer.Send(bytes, slice => ServerGets?.Invoke(slice));

    public void SendToClient(ReadOnlySpan<byte> bytes) => toClient.Send(bytes, slice => ClientGets?.Invoke(slice));

    /// <summary>The client closes: what is on its way to the server still arrives.</summary>
    public void CloseByClient()
    {
        ClientGets = null;
        ClientLoses = null;
        toServer.End(LoseServer);
    }

    /// <summary>The server closes: what is on its way to the client still arrives.</summary>
    public void CloseByServer()
    {
        ServerGets = null;
        ServerLoses = null;
        toClient.End(LoseClient);
    }

    /// <summary>Nothing passes any more. Each end hears of it soon, late or never.</summary>
    public void Cut()
    {
        if (isCut) return;
        isCut = true;
        world.Note("--- a link is cut");
        Tell(LoseClient);
        Tell(LoseServer);
    }

    /// <summary>One end hears that no more comes, behind all that was on its way; what it sends still arrives.</summary>
    private void HalfClose()
    {
        world.Note("--- a link is closed one way");
        if (world.Chance(0.5)) toServer.End(LoseServer);
        else toClient.End(LoseClient);
    }

    private void Tell(Action end)
    {
        if (world.Chance(0.5)) end();
        else if (world.Chance(0.7)) world.After(world.Delay(30), end);
    }

    private void LoseClient()
    {
        Action? told = ClientLoses;
        ClientGets = null;
        ClientLoses = null;
        told?.Invoke();
    }

    private void LoseServer()
    {
        Action? told = ServerLoses;
        ServerGets = null;
        ServerLoses = null;
        told?.Invoke();
    }

    /// <summary>One way: bytes in order.</summary>
    private sealed class Direction(Link link)
    {
        private readonly List<byte> onTheWay = [];
        private Action<byte[]>? arrives;
        private Action? ends;
        private bool isMoving;
        private bool isDead;

        public void Send(ReadOnlySpan<byte> bytes, Action<byte[]> arrived)
        {
            if (link.isCut || isDead || ends is not null) return;
            arrives = arrived;
            onTheWay.AddRange(bytes);
            Move();
        }

        public void End(Action ended)
        {
            if (link.isCut || isDead) return;
            ends = ended;
            Move();
        }

        /// <summary>Nothing passes this way any more, and nobody hears of it.</summary>
        public void Die()
        {
            link.world.Note("--- one way of a link is dead");
            isDead = true;
            onTheWay.Clear();
        }

        private void Move()
        {
            if (isMoving) return;
            isMoving = true;
            link.world.After(link.world.Delay(link.latency), Arrive);
        }

        private void Arrive()
        {
            isMoving = false;
            if (link.isCut || isDead) return;
            if (onTheWay.Count > 0)
            {
                int count = link.world.Chance(0.5) ? onTheWay.Count : Math.Clamp(link.world.Length(onTheWay.Count), 1, onTheWay.Count);
                bool cuts = count >= link.bytesUntilCut;
                if (cuts) count = link.bytesUntilCut;
                link.bytesUntilCut -= count;
                byte[] slice = [.. onTheWay.Take(count)];
                onTheWay.RemoveRange(0, count);
                if (count > 0) arrives?.Invoke(slice);
                if (cuts) link.Cut();
            }

            if (link.isCut || isDead) return;
            if (onTheWay.Count > 0) Move();
            else ends?.Invoke();
        }
    }
}
