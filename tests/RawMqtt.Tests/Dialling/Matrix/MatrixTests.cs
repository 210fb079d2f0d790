// SPDX-License-Identifier: MIT

using RawMqtt.Tests.RuleIndex;

namespace RawMqtt.Tests.Dialling.Matrix;

/// <summary>What is said when it does not connect: each endpoint by each scheme, with the code and the words that must stand there.</summary>
public class MatrixTests
{
    private static readonly MatrixTable Table = MatrixTable.Read(Repository.PathOf("tests/RawMqtt.Tests/Dialling/Matrix/endpoints.tsv"));

    public static TheoryData<string> Endpoints => [.. MatrixEndpoints.All.Keys];

    [Fact]
    public void Each_cell_is_decided_once() => Assert.Empty(Table.Undecided([.. MatrixEndpoints.All.Keys, .. TlsEndpoints.All]));

    [Fact]
    public void A_cell_that_is_missing_or_twice_is_seen()
    {
        MatrixTable planted = new([new("a", "mqtt", "ok", ""), new("a", "mqtt", "ok", ""), new("b", "ws", "ok", "")]);

        string[] seen = [.. planted.Undecided(["a"])];

        Assert.Contains("a x ws: not decided", seen);
        Assert.Contains("b x ws: no such endpoint", seen);
        Assert.Contains("a x mqtt: decided twice", seen);
    }

    [Theory]
    [MemberData(nameof(Endpoints))]
    public async Task Text_names_what_the_port_is(string endpoint)
    {
        await using MatrixEndpoint server = MatrixEndpoints.All[endpoint]();

        using var turn = new SemaphoreSlim(server.Time is null ? MatrixTable.Schemes.Length : 1);
        string[] differences = await Table.DifferencesAsync(endpoint, server.Port, async scheme =>
        {
            await turn.WaitAsync();
            MqttException? failure = await FailureAsync(server, scheme);
            turn.Release();
            return failure;
        });

        Assert.True(differences.Length == 0, string.Join('\n', differences));
    }

    [Theory]
    [MemberData(nameof(TlsEndpoints.Names), MemberType = typeof(TlsEndpoints))]
    public async Task Text_names_the_fault_of_the_certificate(string endpoint)
    {
        using var endpoints = new TlsEndpoints();
        await using MatrixEndpoint server = endpoints.Start(endpoint);

        string[] differences = await Table.DifferencesAsync(endpoint, server.Port, scheme => FailureAsync(server, scheme));

        Assert.True(differences.Length == 0, string.Join('\n', differences));
    }

    private static async Task<MqttException?> FailureAsync(MatrixEndpoint server, string scheme)
    {
        bool isTls = scheme is "mqtts" or "wss";
        var options = new MqttClientOptions
        {
            Address = $"{scheme}://{server.Host}:{server.Port}{(scheme[0] == 'w' ? server.Path : "")}",
            ConnectTimeout = server.ConnectTimeout,
            TimeProvider = server.Time ?? TimeProvider.System,
            ReconnectDelay = TimeSpan.Zero,
            Tls = isTls ? server.Tls : null,
        };
        try
        {
            await using MqttClient client = await MqttClient.ConnectAsync(options);
            return null;
        }
        catch (MqttException failure)
        {
            Assert.Empty(Catalogue.FactsMissingIn(failure.Diagnosis!));
            return failure;
        }
    }
}
