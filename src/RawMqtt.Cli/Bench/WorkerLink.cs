// SPDX-License-Identifier: MIT

using System.Diagnostics;
using System.Text;
using System.Threading.Channels;

namespace RawMqtt.Cli.Bench;

/// <summary>The way between a run and one of its processes: samples come, commands go. The first process is the run's own.</summary>
internal sealed class WorkerLink
{
    /// <summary>The hidden option that makes a process of the tool a worker: its number, and the run's tag.</summary>
    public const string Option = "--worker";

    private readonly Channel<BenchSample> samples = Channel.CreateUnbounded<BenchSample>();
    private readonly Action<string> send;

    private WorkerLink(Action<string> send) => this.send = send;

    public ChannelReader<BenchSample> Samples => samples.Reader;

    /// <summary>Starts a worker in this process.</summary>
    public static WorkerLink StartHere(BenchPlan plan, MqttClientOptions options, int number, CancellationToken cancellationToken)
    {
        Channel<string> commands = Channel.CreateUnbounded<string>();
        var link = new WorkerLink(command => commands.Writer.TryWrite(command));
        var worker = new BenchWorker(plan, options, number, sample => link.samples.Writer.TryWrite(sample));
        _ = Task.Run(() => worker.RunAsync(commands.Reader, cancellationToken), CancellationToken.None)
            .ContinueWith(ended => link.samples.Writer.TryComplete(ended.Exception?.InnerException), TaskScheduler.Default);
        return link;
    }

    /// <summary>Starts a worker in a process of its own, with the arguments that this one was started with.</summary>
    public static WorkerLink StartProcess(int number, ushort tag, IEnumerable<string> arguments)
    {
        string program = Environment.ProcessPath!;
        bool isHosted = Path.GetFileNameWithoutExtension(program).Equals("dotnet", StringComparison.OrdinalIgnoreCase);
        string[] first = isHosted ? [Environment.GetCommandLineArgs()[0]] : [];
        var start = new ProcessStartInfo(program, [.. first, .. arguments, Option, $"{number}/{tag}"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Process process = Process.Start(start)!;
        var link = new WorkerLink(command =>
        {
            try
            {
                process.StandardInput.WriteLine(command);
                process.StandardInput.Flush();
            }
            catch (Exception failure) when (failure is IOException or InvalidOperationException)
            {
                // it has ended, as its samples say
            }
        });
        _ = link.ReadAsync(process);
        return link;
    }

    /// <summary>Does a worker's part in a process that <see cref="StartProcess"/> started.</summary>
    public static async Task ServeAsync(BenchPlan plan, MqttClientOptions options, int number, CancellationToken cancellationToken)
    {
        Channel<string> commands = Channel.CreateUnbounded<string>();
        _ = Task.Run(
            async () =>
            {
                using var input = InputBytes.Standard();
                while (await input.ReadLineAsync(CancellationToken.None) is { } line) commands.Writer.TryWrite(Encoding.UTF8.GetString(line.Span));
                commands.Writer.TryComplete();
            },
            CancellationToken.None);
        using Stream output = StandardStreams.OpenOutput();
        var worker = new BenchWorker(plan, options, number, sample => output.Write(Encoding.UTF8.GetBytes($"{sample}\n")));
        await worker.RunAsync(commands.Reader, cancellationToken);
    }

    public void Start(long start, long measuredFrom) => send($"go {start} {measuredFrom}");

    public void Stop() => send("stop");

    private async Task ReadAsync(Process process)
    {
        try
        {
            Task<string> error = process.StandardError.ReadToEndAsync();
            while (await process.StandardOutput.ReadLineAsync() is { } line) samples.Writer.TryWrite(BenchSample.Parse(line));
            await process.WaitForExitAsync();
            string said = await error;
            samples.Writer.TryComplete(process.ExitCode is ExitCode.Done or ExitCode.Interrupted or ExitCode.Terminated
                ? null : new WorkerFailedException(process.ExitCode, said));
        }
        catch (Exception failure)
        {
            samples.Writer.TryComplete(failure);
        }
        finally
        {
            process.Dispose();
        }
    }
}
