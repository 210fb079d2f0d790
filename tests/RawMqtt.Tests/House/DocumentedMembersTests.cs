// SPDX-License-Identifier: MIT

using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using RawMqtt.Tests.RuleIndex;

namespace RawMqtt.Tests.House;

/// <summary>Each public member of each package has a sentence for the reference.</summary>
public class DocumentedMembersTests
{
    public static TheoryData<Type> Packages =>
    [
        typeof(MqttClient), typeof(RawMqtt.Explain.Decoding), typeof(RawMqtt.Server.BrokerService), typeof(RawMqtt.Extensions.MqttReceiving),
        typeof(MemoryBroker), typeof(RawMqtt.Browser.BrowserWebSocket), typeof(RawMqtt.Hosting.MqttHostingExtensions),
        typeof(RawMqtt.AspNetCore.MqttEndpointExtensions),
    ];

    [Theory]
    [MemberData(nameof(Packages))]
    public void Each_public_member_has_a_sentence(Type inPackage)
    {
        string name = inPackage.Assembly.GetName().Name!;
        string file = Directory.GetFiles(Repository.PathOf($"src/{name}/obj"), $"{name}.xml", SearchOption.AllDirectories).MaxBy(File.GetLastWriteTimeUtc)!;
        ILookup<string, XElement> documented = XDocument.Load(file).Descendants("member")
            .ToLookup(member => Regex.Replace(member.Attribute("name")!.Value[2..].Split('(', '~')[0], @"``?\d+", ""));

        string[] missing = [.. inPackage.Assembly.GetExportedTypes().SelectMany(IdsOf).Where(id => !documented[id].Any(HasSentence)).Distinct()];

        Assert.Empty(missing);
    }

    private static bool HasSentence(XElement member) =>
        member.Element("inheritdoc") is not null || (member.Element("summary")?.Value.Trim() is { Length: > 0 } text && text[^1] is '.' or ':' or ']');

    private static IEnumerable<string> IdsOf(Type type)
    {
        string name = Regex.Replace(type.FullName!.Replace('+', '.'), @"`\d+", "");
        yield return name;
        if (typeof(Delegate).IsAssignableFrom(type)) yield break;
        const BindingFlags Own = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        foreach (MemberInfo member in type.GetMembers(Own))
        {
            bool isMade = member.IsDefined(typeof(System.Runtime.CompilerServices.CompilerGeneratedAttribute)) || member.Name.StartsWith('<')
                || member is MethodBase { IsSpecialName: true } or Type or FieldInfo { IsSpecialName: true }
                || member.Name is "Equals" or "GetHashCode" or "ToString" or "Deconstruct" or "EqualityContract" or "op_Equality" or "op_Inequality";
            if (!isMade && !IsParameter(type, member)) yield return $"{name}.{member.Name}";
        }
    }

    /// <summary>A property of a record that is a parameter of it is documented there.</summary>
    private static bool IsParameter(Type type, MemberInfo member) =>
        member is PropertyInfo && type.GetConstructors().Any(made => made.GetParameters().Any(parameter => parameter.Name == member.Name));
}
