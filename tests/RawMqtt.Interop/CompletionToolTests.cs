// SPDX-License-Identifier: MIT

using RawMqtt.Interop.Parts;

namespace RawMqtt.Interop;

/// <summary>The scripts of <c>rawmqtt completion</c>, run by their shells. A line stands before what the shell proposes for its last word.</summary>
public class CompletionToolTests
{
    public static TheoryData<string, string> Proposals => new()
    {
        { "su", "sub" },
        { "re", "record replay retained" },
        { "bench ", "compare conn fan pub pubsub sub" },
        { "bench conn --clients", "--clients" },
        { "bench p", "pub pubsub" },
        { "pub -t a --retai", "--retain" },
        { "pub --tls-ve", "--tls-version" },
        { "pub --tls-version ", "tlsv1.2 tlsv1.3" },
        { "pub -q ", "0 1 2" },
        { "pub -t a -m ", "" },
        { "sub --cafile certi", "certificate.pem" },
        { "sub --output-dir fol", "folder/" },
        { "completion f", "fish" },
        { "help ret", "retained" },
        { "decode -f certi", "certificate.pem" },
    };

    [Theory]
    [MemberData(nameof(Proposals))]
    public async Task Bash_proposes(string line, string expected) => Assert.Equal(expected, await ProposedAsync("bash", line, "-c",
        "source \"$0\"; eval \"COMP_WORDS=($1 '')\"; [[ $1 == *' ' ]] || unset 'COMP_WORDS[-1]'; COMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n"
        + "_rawmqtt; for one in \"${COMPREPLY[@]}\"; do [ -d \"$one\" ] && one=$one/; echo \"$one\"; done"));

    /// <summary>By name: the shell is not among the programs that run.sh installs.</summary>
    [Theory(Explicit = true)]
    [MemberData(nameof(Proposals))]
    public async Task Fish_proposes(string line, string expected) =>
        Assert.Equal(expected, await ProposedAsync("fish", line, "-c", "source $argv[1]; complete -C $argv[2] | string replace -r '\\t.*' ''"));

    /// <summary>By name, as for fish. The shell runs at a pseudo terminal, and completes the word when there is one way to do it.</summary>
    [Theory(Explicit = true)]
    [InlineData("su", "sub")]
    [InlineData("bench conn --connect-r", "bench conn --connect-rate")]
    [InlineData("pub --tls-version tlsv1.3 --ret", "pub --tls-version tlsv1.3 --retain")]
    [InlineData("sub --tls-version tlsv1.2 --output-dir fol", "sub --tls-version tlsv1.2 --output-dir folder")]
    [InlineData("help enc", "help encode")]
    [InlineData("completion z", "completion zsh")]
    [InlineData("retained cl", "retained clear")]
    public async Task Zsh_completes(string line, string expected)
    {
        string folder = Directory.CreateTempSubdirectory("rawmqtt-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "_rawmqtt"), (await RealProcess.RunToolAsync("completion", "zsh")).Output);
        Directory.CreateDirectory(Path.Combine(folder, "folder"));

        Finished completed = await RealProcess.RunAsync(
            RealPart.Python3, Path.Combine(RealPart.Folder, "peers", "completed-by-zsh.py"), folder, $"rawmqtt {line}");

        Assert.Equal($"rawmqtt {expected}", completed.Output.Trim().TrimEnd('/'));
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Returns what the shell proposes, sorted, in a folder with a file certificate.pem and a folder named folder.</summary>
    private static async Task<string> ProposedAsync(string shell, string line, params string[] arguments)
    {
        string folder = Directory.CreateTempSubdirectory("rawmqtt-").FullName;
        string script = Path.Combine(folder, "script");
        await File.WriteAllTextAsync(script, (await RealProcess.RunToolAsync("completion", shell)).Output);
        string here = Directory.CreateDirectory(Path.Combine(folder, "here")).FullName;
        await File.WriteAllTextAsync(Path.Combine(here, "certificate.pem"), "");
        Directory.CreateDirectory(Path.Combine(here, "folder"));
        static string Quoted(string word) => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
        string quoted = string.Join(' ', arguments.Append(script).Append($"rawmqtt {line}").Select(Quoted));
        Finished proposed = await RealProcess.RunAsync("sh", "-c", $"cd {here} && {shell} {quoted}");
        Directory.Delete(folder, recursive: true);
        Assert.Equal((0, ""), (proposed.ExitCode, proposed.Error));
        return string.Join(' ', proposed.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
    }
}
