// SPDX-License-Identifier: MIT

namespace RawMqtt.Interop.Parts;

/// <summary>Three RabbitMQ nodes on the loopback address that form a cluster, with queues of sessions mirrored on all of them.</summary>
internal sealed class RabbitCluster : IAsyncDisposable
{
    private const int Size = 3;

    private readonly string folder = Directory.CreateTempSubdirectory("rawmqtt-rabbitmq-").FullName;
    private readonly int portMapperPort = FreePort.Take();
    private readonly List<RabbitNode> nodes = [];
    private RealProcess? portMapper;

    /// <summary>The ws addresses of the nodes.</summary>
    public IReadOnlyList<string> Addresses => [.. nodes.Select(node => node.Address)];

    public static async Task<RabbitCluster> StartAsync()
    {
        RealPart.RequireRabbitMq();
        var cluster = new RabbitCluster();
        try
        {
            await cluster.StartNodesAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync(); // what a failed start leaves would run on
            throw;
        }
    }

    /// <summary>SIGKILL.</summary>
    public void Kill(int index) => nodes[index].Kill();

    /// <summary>Starts a node that was killed, and waits until it has joined the others again.</summary>
    public async Task RestartAsync(int index)
    {
        await nodes[index].RestartAsync();
        await nodes[index].ControlAsync("await_online_nodes", $"{Size}");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (RabbitNode node in nodes) await node.DisposeAsync();
        if (portMapper is not null) await portMapper.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private async Task StartNodesAsync()
    {
        portMapper = RealProcess.Start("epmd", "-port", $"{portMapperPort}", "-address", "127.0.0.1");
        await OpenPort.WaitAsync(portMapperPort);
        for (int number = 1; number <= Size; number++) nodes.Add(new RabbitNode(folder, number, Size, portMapperPort));
        foreach (RabbitNode node in nodes) node.Start();
        foreach (RabbitNode node in nodes) await node.IsOpenAsync();
        const string Mirrored = """{"ha-mode":"all","ha-sync-mode":"automatic","ha-promote-on-failure":"when-synced"}""";
        await nodes[0].ControlAsync("set_policy", "mirrored", "^mqtt-subscription-", Mirrored, "--apply-to", "queues");
    }
}
