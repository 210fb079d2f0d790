// SPDX-License-Identifier: MIT

using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using RawMqtt.Extensions;

namespace RawMqtt.Tests.Extensions;

/// <summary>What the compiler says to calls that people try. Which of several overloads it names depends on their order in the source.</summary>
public class WrongCallTests
{
    private const string WithoutIn = "Parameter 1 must be declared with the 'in' keyword";

    private static readonly (string Call, string Says)[] wrong =
    [
        ("await client.SubscribeAsync(\"a\", m => Console.WriteLine(m.Topic));", WithoutIn),
        ("await client.SubscribeAsync(\"a\", async m => await Task.Yield());", WithoutIn),
        ("await client.SubscribeAsync([\"a\", \"b\"], m => { });", WithoutIn),
        ("foreach (MqttMessage m in await client.SubscribeAsync(\"a\")) { }", "Did you mean 'await foreach' rather than 'foreach'?"),
        ("await client.PublishAsync(\"a\", 12);", "cannot convert from 'int' to 'string'"),
        ("await client.PublishAsync(\"a\", \"b\", true);", "cannot convert from 'bool' to 'RawMqtt.QualityOfService'"),
        ("_ = new MqttClientOptions { Password = \"x\" };", "Cannot implicitly convert type 'string' to 'System.ReadOnlyMemory<byte>?'"),
    ];

    private static readonly string[] right =
    [
        "await client.SubscribeAsync(\"a\", (in m) => Console.WriteLine(m.Topic.Length));",
        "await client.SubscribeAsync([\"a\", \"b\"], (in m) => Console.WriteLine(m.Topic.Length));",
        "await client.SubscribeAsync([\"a\", \"b\"]);",
        "await client.SubscribeAsync([\"a\", new(\"b\", QualityOfService.AtLeastOnce)]);",
        "await client.PublishAsync(\"a\"u8, \"b\"u8);",
        "_ = new MqttClientOptions { UserName = \"u\", PasswordText = \"x\", Will = new MqttWill(\"a\", \"text\") };",
        "_ = new MqttWill(\"a\", default);",
        "_ = new MqttMessage(\"a\", \"text\", QualityOfService.AtLeastOnce);",
    ];

    private static readonly string[] rightWithExtensions =
    [
        .. right,
        "await client.SubscribeAsync(\"a\", m => Console.WriteLine(m.Topic));",
        "await client.SubscribeAsync(\"a\", async m => await Task.Yield());",
        "await client.SubscribeAsync(\"a\", async (m, stop) => await Task.Delay(1, stop));",
        "await client.SubscribeAsync([\"a\", \"b\"], m => { });",
        "await client.SubscribeAsync([\"a\", \"b\"], async m => await Task.Yield());",
        "await client.SubscribeAsync([\"a\", \"b\"], QualityOfService.AtLeastOnce);",
        "await client.SubscribeAsync(new string[] { \"a\", \"b\" });",
    ];

    [Fact]
    public async Task The_compiler_says_what_helps()
    {
        string[] said = await CompileAsync("", wrong.Select(one => one.Call));

        Assert.All(wrong.Index(), one => Assert.Contains(said, line => line.StartsWith($"{one.Index + 1}: ", StringComparison.Ordinal)
            && line.Contains(one.Item.Says, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task What_the_documents_show_compiles() => Assert.Empty(await CompileAsync("", right));

    [Fact]
    public async Task With_the_extensions_the_usual_lambdas_compile() =>
        Assert.Empty(await CompileAsync("using RawMqtt.Extensions;", rightWithExtensions));

    /// <summary>Returns the compiler's errors, each behind the number of its call.</summary>
    private static async Task<string[]> CompileAsync(string usings, IEnumerable<string> calls)
    {
        string folder = Directory.CreateTempSubdirectory("rawmqtt").FullName;
        try
        {
            string source = Path.Combine(folder, "Calls.cs");
            IEnumerable<string> methods = calls.Index().Select(call => $"    static async Task Call{call.Index}(MqttClient client) {{ {call.Item} }}");
            await File.WriteAllTextAsync(source, $$"""
                using System; using System.Threading.Tasks; using RawMqtt; {{usings}}
                static class Calls
                {
                #pragma warning disable CS1998
                #line 1
                {{string.Join('\n', methods)}}
                }
                """);
            string runtime = RuntimeEnvironment.GetRuntimeDirectory();
            string root = Path.GetFullPath(Path.Combine(runtime, "../../.."));
            string compiler = Directory.GetFiles(Path.Combine(root, "sdk"), "csc.dll", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Last();
            string[] references = [.. Directory.GetFiles(runtime, "System*.dll"), Path.Combine(runtime, "netstandard.dll"),
                typeof(MqttClient).Assembly.Location, typeof(MqttReceiving).Assembly.Location];
            var start = new ProcessStartInfo(Path.Combine(root, "dotnet")) { RedirectStandardOutput = true };
            foreach (string argument in (string[])["exec", compiler, "-nologo", "-noconfig", "-nostdlib", "-target:library", "-preferreduilang:en",
                $"-out:{Path.Combine(folder, "Calls.dll")}", .. references.Select(reference => $"-r:{reference}"), source])
            {
                start.ArgumentList.Add(argument);
            }

            using Process process = Process.Start(start)!;
            string output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            return [.. Regex.Matches(output, @"\((\d+),\d+\): error (.*)").Select(error => $"{error.Groups[1].Value}: {error.Groups[2].Value}").Distinct()];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
