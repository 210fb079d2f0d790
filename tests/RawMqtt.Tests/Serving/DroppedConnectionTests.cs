// SPDX-License-Identifier: MIT

using RawMqtt.Brokers;
using RawMqtt.Serving;

namespace RawMqtt.Tests.Serving;

/// <summary>Connections whose peers do not close.</summary>
public sealed class DroppedConnectionTests : IDisposable
{
    private readonly SettableTime time = new();
    private readonly MemoryStream stream = new();
    private readonly StreamThatThrows throwing = new();
    private readonly LockedCore core;
    private readonly Sweep sweep;

    public DroppedConnectionTests()
    {
        var limits = new MqttBrokerLimits();
        core = new LockedCore(new BrokerCore(limits, hashSeed: 1, idSeed: 2), time);
        sweep = new Sweep(core, limits);
    }

    public void Dispose()
    {
        stream.Dispose();
        throwing.Dispose();
    }

    [Fact]
    public void A_stream_of_the_program_that_throws_when_it_is_closed_keeps_no_other_connection_from_its_end()
    {
        Accept(throwing);
        throwing.Throws = true;
        Accept(stream);
        time.Advance(TimeSpan.FromSeconds(10));
        sweep.Run(); // ends them: no CONNECT came
        Assert.Equal(2, core.Core.Statistics.ConnectTimeouts);
        time.Advance(TimeSpan.FromSeconds(3));
        sweep.Run();
        Assert.True(throwing.Closes > 0);
        Assert.False(stream.CanWrite);
        throwing.Throws = false;
    }

    private void Accept(Stream carrier)
    {
        var served = new ServedConnection(socket: null, listener: "") { Stream = carrier };
        using CoreUse use = core.Enter();
        served.Connection = use.Core.Accept(use.Now);
        served.Connection.Carrier = served;
    }

    private sealed class StreamThatThrows : MemoryStream
    {
        public bool Throws { get; set; }

        public int Closes { get; private set; }

        protected override void Dispose(bool disposing)
        {
            Closes++;
            if (Throws) throw new InvalidOperationException("the port is gone");
            base.Dispose(disposing);
        }
    }
}
