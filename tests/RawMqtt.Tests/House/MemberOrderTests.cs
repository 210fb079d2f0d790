// SPDX-License-Identifier: MIT

using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Runtime.CompilerServices;
using RawMqtt.Tests.House.Planted;

namespace RawMqtt.Tests.House;

/// <summary>A file is read top down: what other types use stands above what is private to the type. Properties stand where their fields do.</summary>
public class MemberOrderTests
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    [Theory]
    [InlineData(typeof(MqttClient))]
    [InlineData(typeof(RawMqtt.Explain.Decoding))]
    [InlineData(typeof(RawMqtt.Server.BrokerService))]
    [InlineData(typeof(RawMqtt.Cli.Tool))]
    public void Methods_that_others_call_stand_above_private_ones(Type inAssembly)
    {
        string[] late = OutOfOrder(inAssembly.Assembly.GetTypes()).ToArray();

        Assert.True(late.Length == 0, string.Join('\n', late));
    }

    [Fact]
    public void A_planted_method_below_a_private_one_is_seen() =>
        Assert.Equal(["MembersOutOfOrder.Late stands below Early, which is private (MembersOutOfOrder.cs:10)"], OutOfOrder([typeof(MembersOutOfOrder)]));

    private static IEnumerable<string> OutOfOrder(IEnumerable<Type> types)
    {
        Dictionary<MethodBase, int> lines = [];
        foreach (IGrouping<Assembly, Type> assembly in types.GroupBy(type => type.Assembly)) AddLinesOf(assembly.Key, lines);
        foreach (Type type in types.Where(type => !type.Name.StartsWith('<')))
        {
            MethodBase[] methods = type.GetMethods(Declared).Concat<MethodBase>(type.GetConstructors(Declared))
                .Where(method => LineOf(method, lines) > 0 && !method.Name.Contains('<', StringComparison.Ordinal) && !IsExplicit(method))
                .OrderBy(method => LineOf(method, lines))
                .ToArray();
            MethodBase? firstPrivate = methods.FirstOrDefault(method => method.IsPrivate && !method.IsConstructor && !method.IsSpecialName);
            foreach (MethodBase late in methods.SkipWhile(method => method != firstPrivate).Where(method => !method.IsPrivate && !method.IsConstructor))
            {
                yield return $"{type.Name}.{late.Name} stands below {firstPrivate!.Name}, which is private ({type.Name}.cs:{LineOf(late, lines)})";
            }
        }
    }

    /// <summary>The first line of a method; of an asynchronous one, that of its state machine.</summary>
    private static int LineOf(MethodBase method, Dictionary<MethodBase, int> lines)
    {
        MethodBase body = method.GetCustomAttribute<StateMachineAttribute>()?.StateMachineType.GetMethod("MoveNext", Declared) ?? method;
        return lines.GetValueOrDefault(body);
    }

    /// <summary>An explicit implementation is private in metadata, and yet called through its interface.</summary>
    private static bool IsExplicit(MethodBase method) => method.Name.Contains('.', StringComparison.Ordinal);

    private static void AddLinesOf(Assembly assembly, Dictionary<MethodBase, int> lines)
    {
        using var provider = MetadataReaderProvider.FromPortablePdbStream(File.OpenRead(Path.ChangeExtension(assembly.Location, ".pdb")));
        MetadataReader pdb = provider.GetMetadataReader();
        foreach (MethodDebugInformationHandle handle in pdb.MethodDebugInformation)
        {
            SequencePoint first = pdb.GetMethodDebugInformation(handle).GetSequencePoints().FirstOrDefault(point => !point.IsHidden);
            if (first.Document.IsNil || pdb.GetString(pdb.GetDocument(first.Document).Name).EndsWith(".g.cs", StringComparison.Ordinal)) continue;
            MethodBase method = assembly.ManifestModule.ResolveMethod(MetadataTokens.GetToken(handle.ToDefinitionHandle()))!;
            lines[method] = first.StartLine;
        }
    }
}
