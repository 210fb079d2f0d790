// SPDX-License-Identifier: MIT

using System.Text.Json;
using RawMqtt.Tests.RuleIndex;

namespace RawMqtt.Tests.House;

/// <summary>The library has no dependency: whoever takes it takes one assembly.</summary>
public class DependencyTests
{
    /// <summary>What the restore found: the trimming analyser, which the SDK adds by itself and which no user gets, and nothing else.</summary>
    [Theory]
    [InlineData("RawMqtt")]
    [InlineData("RawMqtt.Server")]
    [InlineData("RawMqtt.Extensions")]
    [InlineData("RawMqtt.Testing")]
    [InlineData("RawMqtt.Browser")]
    public void Restore_of_the_library_finds_no_package(string project)
    {
        using JsonDocument assets = JsonDocument.Parse(File.ReadAllText(Repository.PathOf($"src/{project}/obj/project.assets.json")));

        foreach (JsonProperty framework in assets.RootElement.GetProperty("project").GetProperty("frameworks").EnumerateObject())
        {
            if (!framework.Value.TryGetProperty("dependencies", out JsonElement dependencies)) continue;
            foreach (JsonProperty dependency in dependencies.EnumerateObject())
            {
                Assert.Equal("Microsoft.NET.ILLink.Tasks", dependency.Name);
                Assert.True(dependency.Value.GetProperty("autoReferenced").GetBoolean());
                Assert.Equal("All", dependency.Value.GetProperty("suppressParent").GetString());
            }
        }

        foreach (JsonProperty target in assets.RootElement.GetProperty("targets").EnumerateObject())
        {
            foreach (JsonProperty library in target.Value.EnumerateObject())
            {
                if (library.Value.GetProperty("type").GetString() == "project")
                {
                    Assert.StartsWith("RawMqtt/", library.Name);
                    continue;
                }

                Assert.False(library.Value.TryGetProperty("runtime", out _), $"{library.Name} brings an assembly.");
                Assert.False(library.Value.TryGetProperty("compile", out _), $"{library.Name} brings an assembly.");
                Assert.False(library.Value.TryGetProperty("dependencies", out _), $"{library.Name} brings dependencies.");
            }
        }
    }

    [Theory]
    [InlineData(typeof(QualityOfService))]
    [InlineData(typeof(RawMqtt.Server.BrokerService))]
    [InlineData(typeof(RawMqtt.Extensions.MqttReceiving))]
    [InlineData(typeof(MemoryBroker))]
    [InlineData(typeof(RawMqtt.Browser.BrowserWebSocket))]
    public void Library_refers_to_the_shared_framework_alone(Type inAssembly)
    {
        string[] foreign = inAssembly.Assembly.GetReferencedAssemblies()
            .Select(assembly => assembly.Name!)
            .Where(name => !name.StartsWith("System.", StringComparison.Ordinal) && name is not ("Microsoft.Win32.Primitives" or "RawMqtt"))
            .ToArray();

        Assert.Empty(foreign);
    }
}
