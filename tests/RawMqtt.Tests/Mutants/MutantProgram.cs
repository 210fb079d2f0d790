// SPDX-License-Identifier: MIT

using System.Diagnostics;
using System.Reflection;
using System.Text.RegularExpressions;
using RawMqtt.Tests.Codec;
using RawMqtt.Tests.Compiled;
using RawMqtt.Tests.RuleIndex;

namespace RawMqtt.Tests.Mutants;

/// <summary>A copy of this test program beside a copy of the library, into which one mutant after another is put.</summary>
public sealed class MutantProgram : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60); // some tests wait for ever without their check; the others need 3 s
    private static readonly Regex Failure = new(@"^ {4}(RawMqtt\.[\w.+]+)(?:\((?:name: ""(.*)""|.*)\))? \[FAIL\]", RegexOptions.Multiline);
    private static readonly string VectorTest = $"{typeof(VectorTests).FullName}.{nameof(VectorTests.Whole)}";

    private readonly string folder = Path.Combine(AppContext.BaseDirectory, "mutants", Path.GetRandomFileName());
    private readonly byte[] library = File.ReadAllBytes(Library.Assembly.Location);

    public MutantProgram()
    {
        Directory.CreateDirectory(folder);
        foreach (string file in Directory.EnumerateFiles(AppContext.BaseDirectory)) File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>Runs the tests that cite the rules of a mutant, and returns those rules for which no citing test fails.</summary>
    public IReadOnlyList<string> FindSurvivors(Mutant mutant)
    {
        File.WriteAllBytes(Path.Combine(folder, Path.GetFileName(Library.Assembly.Location)), mutant.Apply(library));
        if (Run(mutant.Rules.SelectMany(TestsOf).Distinct()) is not string output) return []; // a test that does not come to its end has failed

        if (output.Contains(nameof(InvalidProgramException), StringComparison.Ordinal)) throw new InvalidOperationException($"{mutant.Name}: {output}");
        (string Test, string Vector)[] failures = [.. Failure.Matches(output).Select(match => (match.Groups[1].Value, match.Groups[2].Value))];
        return mutant.Rules.Where(rule => !failures.Any(failure => Cites(failure.Test, failure.Vector, rule))).ToArray();
    }

    private static IEnumerable<string> TestsOf(string rule) =>
        RuleProofs.Methods[rule].Select(NameOf).Concat(RuleProofs.Vectors.Contains(rule) ? [VectorTest] : []);

    private static bool Cites(string test, string vector, string rule) =>
        test == VectorTest ? RuleProofs.Vectors[rule].Contains(vector) : RuleProofs.Methods[rule].Any(method => NameOf(method) == test);

    private static string NameOf(MethodInfo method) => $"{method.DeclaringType!.FullName}.{method.Name}";

    private string? Run(IEnumerable<string> tests)
    {
        var start = new ProcessStartInfo("dotnet",
            [Path.Combine(folder, "RawMqtt.Tests.dll"), "-noColor", .. tests.SelectMany(test => new[] { "-method", test })])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["XUNIT_PRINT_MAX_STRING_LENGTH"] = "0";
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Patience))
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
            return null;
        }

        string text = output.Result + errors.Result;
        return text.Contains("Total: ", StringComparison.Ordinal) ? text : null;
    }
}
