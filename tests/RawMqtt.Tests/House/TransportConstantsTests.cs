// SPDX-License-Identifier: MIT

using System.Reflection;
using RawMqtt.Tests.Compiled;
using RawMqtt.Transports;
using RawMqtt.WebSockets;

namespace RawMqtt.Tests.House;

/// <summary>The transports read, write and wait: opcodes and close codes are chosen by the connection in WebSockets/.</summary>
public class TransportConstantsTests
{
    [Fact]
    public void No_transport_chooses_or_compares_an_opcode_or_a_close_code()
    {
        Type[] types = [.. typeof(WebSocketStream).Assembly.GetTypes().Where(type => Outermost(type).Namespace == typeof(WebSocketStream).Namespace)];
        Assert.Contains(types, type => type.Name == "FrameReceiver");
        Assert.Empty(ChosenCodes.In(types));
    }

    [Theory]
    [InlineData(nameof(PlantedCodes.PassesAConstant))]
    [InlineData(nameof(PlantedCodes.PassesOneOfTwo))]
    [InlineData(nameof(PlantedCodes.PassesANumber))]
    [InlineData(nameof(PlantedCodes.KeepsInAField))]
    [InlineData(nameof(PlantedCodes.KeepsInALocal))]
    [InlineData(nameof(PlantedCodes.Returns))]
    [InlineData(nameof(PlantedCodes.Compares))]
    [InlineData(nameof(PlantedCodes.ComparesWithAnother))]
    [InlineData(nameof(PlantedCodes.Switches))]
    [InlineData(nameof(PlantedCodes.ComparesAnOpcode))]
    [InlineData(nameof(PlantedCodes.TakesANumber))]
    [InlineData(nameof(PlantedCodes.ChoosesANullable))]
    [InlineData(nameof(PlantedCodes.PassesAsANumber))]
    public void A_planted_choice_is_found(string method) =>
        Assert.NotEmpty(ChosenCodes.In(typeof(PlantedCodes).GetMethod(method)!));

    [Fact]
    public void Closing_hands_the_code_on_unread()
    {
        MethodInfo close = typeof(WebSocketStream)
            .GetMethod(nameof(WebSocketStream.CloseAsync), [typeof(CloseCode), typeof(string), typeof(CancellationToken)])!;
        IReadOnlyList<Instruction> body = Instruction.ReadAll(close);
        Assert.Single(body, instruction => instruction.Code.Name == "ldarg.1");
        Assert.DoesNotContain(body, instruction => instruction.IsConditionalBranch);
        Assert.Contains(body, instruction => instruction.Member is MethodInfo { Name: nameof(WebSocketConnection.Close) } called
            && called.GetParameters().Length == 2);
    }

    private static Type Outermost(Type type) => type.DeclaringType is Type outer ? Outermost(outer) : type;
}
