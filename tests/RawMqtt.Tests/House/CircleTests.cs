// SPDX-License-Identifier: MIT

using RawMqtt.Tests.House.Planted;

namespace RawMqtt.Tests.House;

/// <summary>
/// The types of a layer stand in an order too: a reader can begin with the one that needs no other. At most three types may need each other in a circle.
/// </summary>
public class CircleTests
{
    private const int MostTypes = 3;

    /// <summary>Circles where the types really are one idea: at most five, each with the reason.</summary>
    private static readonly (string Types, string Reason)[] Exceptions = [];

    [Theory]
    [InlineData(typeof(MqttClient))]
    [InlineData(typeof(RawMqtt.Server.BrokerConfiguration))]
    public void No_circle_of_more_than_three_types_stands_in_a_namespace(Type ofAssembly)
    {
        var graph = new TypeGraph(ofAssembly.Assembly.GetTypes());

        string[] circles = LongCirclesOf(graph)
            .Where(circle => !Exceptions.Any(exception => circle.StartsWith(exception.Types + "\n", StringComparison.Ordinal)))
            .ToArray();

        Assert.True(circles.Length == 0, string.Join('\n', circles));
    }

    [Fact]
    public void Exceptions_are_few_and_still_needed()
    {
        var graph = new TypeGraph(typeof(MqttClient).Assembly.GetTypes());
        string[] circles = LongCirclesOf(graph).ToArray();

        Assert.True(Exceptions.Length <= 5);
        Assert.All(Exceptions, exception => Assert.NotEmpty(exception.Reason));
        Assert.All(Exceptions, exception => Assert.Contains(circles, circle => circle.StartsWith(exception.Types + "\n", StringComparison.Ordinal)));
    }

    /// <summary>One goes through a field, one through a call, one through a delegate, and one through an interface that one type implements.</summary>
    [Fact]
    public void A_planted_circle_is_found()
    {
        var graph = new TypeGraph(typeof(CircleStart).Assembly.GetTypes().Where(type => type.Namespace == typeof(CircleStart).Namespace));

        string circle = Assert.Single(LongCirclesOf(graph));

        Assert.Contains(": CircleByCall CircleByDelegate CircleByInterface CircleStart ICircle\n", circle, StringComparison.Ordinal);
    }

    /// <summary>A circle as its namespace and types in one line, and below it who needs whom.</summary>
    private static IEnumerable<string> LongCirclesOf(TypeGraph graph) => graph.Circles().Where(circle => circle.Count > MostTypes).Select(circle =>
    {
        IEnumerable<string> needs = circle.Select(type => $"  {type.Name} needs {NamesOf(graph.NeededBy(type).Intersect(circle))}");
        return $"{circle[0].Namespace}: {string.Join(' ', circle.Select(type => type.Name))}\n{string.Join('\n', needs)}\n";
    });

    private static string NamesOf(IEnumerable<Type> types) => string.Join(", ", types.Select(type => type.Name));
}
