// SPDX-License-Identifier: MIT

using System.Diagnostics;
using System.IO.Compression;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using RawMqtt.Interop.Parts;

namespace RawMqtt.Interop;

/// <summary>The packages as their users get them: installed from a folder into new projects, with an empty cache, and run.</summary>
[Collection("packs")] // two that pack the same project at once meet in its folders
public sealed class PackageTests : IDisposable
{
    private static readonly string root = Path.GetFullPath(Path.Combine(RealPart.Folder, "..", ".."));

    private readonly string folder = Directory.CreateTempSubdirectory("rawmqtt-packages-").FullName;

    private string Feed => Path.Combine(folder, "feed");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Packages_are_complete_and_new_projects_run_with_them()
    {
        await PackAsync();
        foreach (string package in Directory.GetFiles(Feed, "*.nupkg")) CheckParts(package);
        await Task.WhenAll(
            RunAsync("console", "Microsoft.NET.Sdk", "", ["RawMqtt.Extensions", "RawMqtt.Testing", "RawMqtt.Explain"], PackagePrograms.Console),
            RunAsync("web", "Microsoft.NET.Sdk.Web", "", ["RawMqtt.AspNetCore"], PackagePrograms.Web),
            InstallToolAsync());
    }

    [Fact]
    public async Task The_published_program_is_called_rawmqtt()
    {
        string output = Path.Combine(folder, "published");
        await DotnetAsync(root, "publish", "src/RawMqtt.Cli", "-c", "Release", "--no-build", "-o", output);

        Finished version = await RealProcess.RunAsync(Path.Combine(output, "rawmqtt"), "--version");
        Assert.Equal((0, ""), (version.ExitCode, version.Error));
    }

    /// <summary>By name: each needs packages of the framework, or a minute of the compiler.</summary>
    [Fact(Explicit = true)]
    public async Task Worker_AOT_and_Blazor_take_them_too()
    {
        await PackAsync();
        const string aot = "<PublishAot>true</PublishAot>";
        await RunAsync("worker", "Microsoft.NET.Sdk.Worker", "", ["RawMqtt.Hosting", "Microsoft.Extensions.Hosting@10.0.0"], PackagePrograms.Worker);
        await PublishAsync("native", "Microsoft.NET.Sdk", aot, ["RawMqtt.Extensions", "RawMqtt.Testing"], PackagePrograms.Console);
        await PublishAsync("nativeworker", "Microsoft.NET.Sdk.Worker", aot, ["RawMqtt.Hosting", "Microsoft.Extensions.Hosting@10.0.0"], PackagePrograms.Worker);
        string blazor = Path.Combine(folder, "blazor");
        await DotnetAsync(folder, "new", "blazorwasm", "-o", blazor);
        await DotnetAsync(blazor, "add", "package", "RawMqtt", "--source", Feed);
        await DotnetAsync(blazor, "build", "-v", "quiet", $"-p:RestoreAdditionalProjectSources={Feed}");
    }

    private async Task PackAsync()
    {
        string said = await DotnetAsync(root, "pack", "RawMqtt.sln", "-c", "Release", "--no-build", "-o", Feed, "-v", "quiet");

        Assert.DoesNotMatch("warning", said);
    }

    private static void CheckParts(string package)
    {
        using ZipArchive zip = ZipFile.OpenRead(package);
        ZipArchiveEntry manifest = zip.Entries.Single(entry => entry.Name.EndsWith(".nuspec", StringComparison.Ordinal));
        XElement metadata = XDocument.Load(manifest.Open()).Root!.Elements().First();
        string[] parts = ["id", "version", "license", "icon", "readme", "description", "tags", "releaseNotes"];
        foreach (string part in parts)
            Assert.False(string.IsNullOrWhiteSpace(metadata.Elements().SingleOrDefault(one => one.Name.LocalName == part)?.Value), $"{package}: {part}");
        Assert.NotNull(zip.GetEntry("icon.png"));
        Assert.NotNull(zip.GetEntry("README.md"));
        Assert.True(File.Exists(Path.ChangeExtension(package, ".snupkg")), $"{package}: symbols");
        string id = metadata.Elements().Single(one => one.Name.LocalName == "id").Value;
        if (zip.GetEntry($"lib/net10.0/{id}.xml") is not { } documentation) return; // the tool
        string[] members = [.. XDocument.Load(documentation.Open()).Descendants("member").Select(member => member.Attribute("name")!.Value)];
        Assert.NotEmpty(members);
        if (id == "RawMqtt") Assert.DoesNotContain(members, member => member.Contains("RawMqtt.Serving", StringComparison.Ordinal)); // all of it is internal
    }

    private async Task RunAsync(string name, string sdk, string properties, string[] packages, string program)
    {
        string project = await MakeAsync(name, sdk, properties, packages, program);
        string said = await DotnetAsync(project, "run", "-v", "quiet");
        Assert.Contains($"{name} runs", said, StringComparison.Ordinal);
    }

    private async Task PublishAsync(string name, string sdk, string properties, string[] packages, string program)
    {
        string project = await MakeAsync(name, sdk, properties, packages, program);
        string said = await DotnetAsync(project, "publish", "-c", "Release", "-o", "out", "-v", "quiet");
        Assert.DoesNotMatch(@"warning (IL|CS|NU)\d+", said);
        Assert.Contains($"{name} runs", await ExecuteAsync(project, Path.Combine(project, "out", name)), StringComparison.Ordinal);
    }

    private async Task<string> MakeAsync(string name, string sdk, string properties, string[] packages, string program)
    {
        string version = Regex.Match(Path.GetFileName(Directory.GetFiles(Feed, "RawMqtt.Testing.*.nupkg").Single()), @"\d.*(?=\.nupkg)").Value;
        IEnumerable<string> references = packages.Select(package => package.Split('@'))
            .Select(package => $"<PackageReference Include=\"{package[0]}\" Version=\"{(package.Length > 1 ? package[1] : version)}\" />");
        string project = Directory.CreateDirectory(Path.Combine(folder, name)).FullName;
        await File.WriteAllTextAsync(Path.Combine(project, $"{name}.csproj"), $"""
            <Project Sdk="{sdk}">
              <PropertyGroup>
                <OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings><Nullable>enable</Nullable>
                <RestoreAdditionalProjectSources>{Feed}</RestoreAdditionalProjectSources>{properties}
              </PropertyGroup>
              <ItemGroup>{string.Concat(references)}</ItemGroup>
            </Project>
            """);
        await File.WriteAllTextAsync(Path.Combine(project, "Program.cs"), program.Replace("NAME", name, StringComparison.Ordinal));
        return project;
    }

    private async Task InstallToolAsync()
    {
        string version = Regex.Match(Path.GetFileName(Directory.GetFiles(Feed, "RawMqtt.Testing.*.nupkg").Single()), @"\d.*(?=\.nupkg)").Value;
        string tools = Path.Combine(folder, "tools");
        await DotnetAsync(folder, "tool", "install", "RawMqtt.Cli", "--tool-path", tools, "--add-source", Feed, "--version", version);
        Assert.StartsWith(version, await ExecuteAsync(folder, Path.Combine(tools, "rawmqtt"), "--version"), StringComparison.Ordinal);
    }

    private Task<string> DotnetAsync(string at, params string[] arguments) => ExecuteAsync(at, "dotnet", arguments);

    private async Task<string> ExecuteAsync(string at, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = at, RedirectStandardOutput = true, RedirectStandardError = true };
        if (at != root) start.Environment["NUGET_PACKAGES"] = Path.Combine(folder, "cache");
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}\n{output}{await error}");
        return output;
    }
}
