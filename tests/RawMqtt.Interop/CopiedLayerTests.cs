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

    [Theory]
    [InlineData("Codec", false)]
    [InlineData("WebSockets", true)]
    [InlineData("Sessions", false)]
    [InlineData("Brokers", true)]
    public async Task Copied_layer_compiles_under_foreign_settings(string layer, bool isInternal)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("rawmqtt-");
        string script = Path.GetFullPath(Path.Combine(RealPart.Folder, "..", "..", "docs", "samples", "embedded", "copy-layer.sh"));
        Finished copied = await RealProcess.RunAsync("bash", [script, layer, folder.FullName, .. isInternal ? ["--internal"] : Array.Empty<string>()]);
        Assert.True(copied.ExitCode == 0, copied.Error);
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "copied.csproj"), Project);
        foreach (string file in Directory.EnumerateFiles(folder.FullName, "*.cs", SearchOption.AllDirectories))
            Assert.Equal("// SPDX-License-Identifier: MIT", File.ReadLines(file).First());

        await using RealProcess build = RealProcess.Start("dotnet", "build", folder.FullName, "-v", "quiet", "-clp:ErrorsOnly", "-nodeReuse:false");
        Finished finished = await build.FinishAsync(TimeSpan.FromMinutes(3));

        Assert.True(finished.ExitCode == 0, finished.Output);
        Assert.Equal(!isInternal, HasPublicTypes(Path.Combine(folder.FullName, "bin", "Debug", "net10.0", "copied.dll")));
        folder.Delete(recursive: true);
    }

    private static bool HasPublicTypes(string assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly));
        MetadataReader metadata = file.GetMetadataReader();
        return metadata.TypeDefinitions.Select(metadata.GetTypeDefinition)
            .Any(type => (type.Attributes & System.Reflection.TypeAttributes.VisibilityMask) == System.Reflection.TypeAttributes.Public);
    }
}
