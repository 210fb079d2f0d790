// SPDX-License-Identifier: MIT

using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace RawMqtt.Interop.Parts;

/// <summary>A program that a test started, and ends by its pid.</summary>
internal sealed class RealProcess : IAsyncDisposable
{
    /// <summary>Ends a test that hangs: far more than any program needs, on a machine that compiles native code beside it.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process process;
    private readonly Lock gate = new();
    private readonly StringBuilder output = new();
    private readonly StringBuilder error = new();
    private TaskCompletionSource grown = New();
    private Task ended = Task.CompletedTask;

    private RealProcess(Process process)
    {
        this.process = process;
        process.OutputDataReceived += (_, line) => Add(output, line.Data);
        process.ErrorDataReceived += (_, line) => Add(error, line.Data);
    }

    public int Id => process.Id;

    public string Output
    {
        get { lock (gate) return output.ToString(); }
    }

    public string Error
    {
        get { lock (gate) return error.ToString(); }
    }

    public static RealProcess Start(string program, params string[] arguments) => Start(program, arguments, null);

    public static RealProcess Start(string program, string[] arguments, IReadOnlyDictionary<string, string>? environment, bool readsError = true)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach ((string name, string value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        var started = new RealProcess(Process.Start(start)!);
        started.process.BeginOutputReadLine();
        if (readsError) started.process.BeginErrorReadLine();
        started.ended = started.process.WaitForExitAsync();
        return started;
    }

    /// <summary>The rawmqtt tool.</summary>
    public static RealProcess StartTool(params string[] arguments) => Start("dotnet", [RealPart.Tool, .. arguments]);

    public static async Task<Finished> RunToolAsync(params string[] arguments)
    {
        await using RealProcess tool = StartTool(arguments);
        tool.CloseInput();
        return await tool.FinishAsync();
    }

    public static async Task<Finished> RunAsync(string program, params string[] arguments)
    {
        await using RealProcess started = Start(program, arguments);
        started.CloseInput();
        return await started.FinishAsync();
    }

    public void WriteInput(string text)
    {
        process.StandardInput.Write(text);
        process.StandardInput.Flush();
    }

    public void CloseInput() => process.StandardInput.Close();

    /// <summary>The first line, of output or error, that contains the text.</summary>
    public async Task<string> LineAsync(string text)
    {
        using var limit = new CancellationTokenSource(Patience);
        bool hasEnded = false;
        while (true)
        {
            Task growth;
            lock (gate)
            {
                foreach (string line in $"{output}\n{error}".Split('\n'))
                {
                    if (line.Contains(text, StringComparison.Ordinal)) return line;
                }

                growth = grown.Task;
            }

            if (hasEnded) Assert.Fail($"{process.StartInfo.FileName} ended with {process.ExitCode} before it wrote \"{text}\".\n{Output}\n{Error}");
            hasEnded = ended.IsCompleted; // then all lines are there, and are looked through once more
            try
            {
                if (!hasEnded) await Task.WhenAny(growth, ended).WaitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"{process.StartInfo.FileName} did not write \"{text}\".\n{Output}\n{Error}");
            }
        }
    }

    /// <param name="patience">For a script of many programs; null: <see cref="Patience"/>.</param>
    public async Task<Finished> FinishAsync(TimeSpan? patience = null)
    {
        using var limit = new CancellationTokenSource(patience ?? Patience);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"{process.StartInfo.FileName} {string.Join(' ', process.StartInfo.ArgumentList)} hangs.\n{Output}\n{Error}");
        }

        return new Finished(process.ExitCode, Output, Error);
    }

    /// <summary>SIGINT is 2, SIGTERM is 15, SIGSTOP is 19.</summary>
    public void Signal(int number) => Signal(process.Id, number);

    /// <summary>The same to a process that a program of the test started.</summary>
    public static void Signal(int pid, int number) => Assert.Equal(0, Kill(pid, number));

    /// <summary>What the pipe of the error output holds, of a program that was started so that nothing reads it.</summary>
    public Task<string> ReadErrorAsync() => process.StandardError.ReadToEndAsync();

    public void KillAtOnce() => process.Kill();

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited) process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
    }

    private void Add(StringBuilder text, string? line)
    {
        if (line is null) return;
        lock (gate)
        {
            text.Append(line).Append('\n');
            grown.SetResult();
            grown = New();
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [DllImport("libc", EntryPoint = "kill")]
    private static extern int Kill(int pid, int signal);
}

/// <summary>How a program ended.</summary>
internal sealed record Finished(int ExitCode, string Output, string Error);
