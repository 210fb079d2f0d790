// SPDX-License-Identifier: MIT

using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using RawMqtt.Interop.Parts;

namespace RawMqtt.Interop;

/// <summary>A layer, copied out, compiles under settings that are not ours: no implicit usings, nullable off, and all analysers as warnings.</summary>
public class CopiedLayerTests
{
    private const string Project = """
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <TargetFramework>net10.0</TargetFramework>
            <ImplicitUsings>disable</ImplicitUsings>
            <Nullable>disable</Nullable>
            <AnalysisMode>All</AnalysisMode>
          </PropertyGroup>
        </Project>
        """;

    /// <summary>One build for all of them: the compiler's start takes longer than its work.</summary>
    private const string All = """
        <Project DefaultTargets="Build">
          <ItemGroup>
            <Layer Include="*/*.csproj" />
          </ItemGroup>
          <Target Name="Restore">
            <MSBuild Projects="@(Layer)" Targets="Restore" Properties="IsRestored=false" />
          </Target>
          <Target Name="Build">
            <MSBuild Projects="@(Layer)" BuildInParallel="true" />
          </Target>
        </Project>
        """;

    private static readonly (string Layer, bool IsInternal)[] layers = [("Codec", false), ("WebSockets", true), ("Sessions", false), ("Brokers", true)];

    [Fact]
    public async Task Copied_layers_compile_under_foreign_settings()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("rawmqtt-");
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "all.proj"), All);
        foreach ((string layer, bool isInternal) in layers) await CopyAsync(layer, isInternal, Path.Combine(folder.FullName, layer));

        await using RealProcess build = RealProcess.Start(
            "dotnet", "build", Path.Combine(folder.FullName, "all.proj"), "-v", "quiet", "-clp:ErrorsOnly", "-nodeReuse:false");
        Finished finished = await build.FinishAsync(TimeSpan.FromMinutes(5));

        Assert.True(finished.ExitCode == 0, finished.Output);
        Assert.All(layers, layer =>
            Assert.Equal(!layer.IsInternal, HasPublicTypes(Path.Combine(folder.FullName, layer.Layer, "bin", "Debug", "net10.0", $"{layer.Layer}.dll"))));
        folder.Delete(recursive: true);
    }

    private static async Task CopyAsync(string layer, bool isInternal, string folder)
    {
        string script = Path.GetFullPath(Path.Combine(RealPart.Folder, "..", "..", "docs", "samples", "embedded", "copy-layer.sh"));
        Finished copied = await RealProcess.RunAsync("bash", [script, layer, folder, .. isInternal ? ["--internal"] : Array.Empty<string>()]);
        Assert.True(copied.ExitCode == 0, copied.Error);
        await File.WriteAllTextAsync(Path.Combine(folder, $"{layer}.csproj"), Project);
        foreach (string file in Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories))
            Assert.Equal("// SPDX-License-Identifier: MIT", File.ReadLines(file).First());
    }

    private static bool HasPublicTypes(string assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly));
        MetadataReader metadata = file.GetMetadataReader();
        return metadata.TypeDefinitions.Select(metadata.GetTypeDefinition)
            .Any(type => (type.Attributes & System.Reflection.TypeAttributes.VisibilityMask) == System.Reflection.TypeAttributes.Public);
    }
}
