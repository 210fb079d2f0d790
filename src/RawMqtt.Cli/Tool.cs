// SPDX-License-Identifier: MIT

using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using RawMqtt.Server;

namespace RawMqtt.Cli;

/// <summary>The command <c>rawmqtt</c>: its parts, its errors, and how it ends.</summary>
internal static partial class Tool
{
    private const int StandardOutput = 1;
    private const int Interrupt = 2;
    private const int BrokenPipe = 32; // EPIPE

    /// <summary>Gets the exit code of a command that the signal cut short; null while there was no signal.</summary>
    public static int? Interruption { get; private set; }

    /// <summary>Gets how arguments are read: -m @home is a message, and names no file.</summary>
    public static ParserConfiguration Parsing { get; } = new() { ResponseFileTokenReplacer = null };

    /// <summary>Gets or sets whether failures are told by the exit code alone.</summary>
    public static bool IsQuiet { get; set; }

    /// <summary>Runs the command that the arguments name, and returns the exit code.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        Command root = Create();
        if (arguments.Length == 0) arguments = ["--help"];

        using var stop = new CancellationTokenSource();
        if (!OperatingSystem.IsWindows()) _ = Signal(Interrupt, 0);
        using PosixSignalRegistration interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Stop(signal, stop, ExitCode.Interrupted));
        using PosixSignalRegistration terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Stop(signal, stop, ExitCode.Terminated));
        try
        {
            arguments = DefaultsFile.Expand(root, arguments);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return Fail(ExitCode.File, failure.Message);
        }

        ParseResult parsed = root.Parse(arguments, Parsing);
        if (FaultIn(parsed) is { } fault)
        {
            return Fail(ExitCode.WrongArguments, $"{fault}{(fault.EndsWith('?') ? "" : ".")} See {NameOf(parsed.CommandResult)} --help.");
        }

        try
        {
            var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
            return await parsed.InvokeAsync(configuration, stop.Token);
        }
        catch (Exception failure)
        {
            return Fail(failure);
        }
    }

    /// <summary>Returns all commands of the tool.</summary>
    public static Command Create()
    {
        var root = new Command("rawmqtt", "MQTT 3.1.1 over WebSocket, TCP and TLS: broker, client, and an explainer of bytes.");
        foreach (Command command in Commands.Create()) root.Subcommands.Add(command);
        root.Subcommands.Add(HelpCommand.Create(root));
        root.Subcommands.Add(CompletionCommand.Create(root));
        root.Options.Add(new HelpOption("--help", "-?") { Action = new HelpAction() });
        root.Options.Add(new VersionOption());
        return root;
    }

    /// <summary>Writes one sentence on the error output, and returns the exit code.</summary>
    public static int Fail(int code, string message)
    {
        Warn(message);
        return code;
    }

    /// <summary>Writes one sentence on the error output. Text from a server cannot move the cursor or add a line.</summary>
    public static void Warn(string message) => WarnAsIs(ToolWords.Of(message));

    /// <summary>Writes one sentence that keeps the names of members, such as those of a configuration file.</summary>
    public static void WarnAsIs(string message)
    {
        if (IsQuiet) return;
        try
        {
            Console.Error.WriteLine($"rawmqtt: {TerminalText.Escape(message.ReplaceLineEndings(" "))}");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // there is no error output
        }
    }

    /// <summary>Opens the standard output so that writing fails when it is a pipe without a reader; the console's own stream ignores that.</summary>
    public static Stream OpenOutput()
    {
        if (OperatingSystem.IsWindows()) return Console.OpenStandardOutput();
        var output = new FileStream(new SafeFileHandle(StandardOutput, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        return output.CanSeek ? Console.OpenStandardOutput() : output; // programs that share a file share its position
    }

    /// <summary>Returns whether the reader of a pipe has gone.</summary>
    public static bool IsBrokenPipe(Exception failure) => failure is IOException { HResult: BrokenPipe };

    private static string NameOf(CommandResult command) =>
        command.Parent is CommandResult parent ? $"{NameOf(parent)} {command.Command.Name}" : "rawmqtt";

    private static string? FaultIn(ParseResult parsed)
    {
        foreach (Option option in parsed.CommandResult.Command.Options.Where(option => option.HelpName == "FILE"))
        {
            bool isEmpty = parsed.GetResult(option) is { } result && result.Tokens.Any(token => token.Value.Length == 0);
            if (isEmpty) return $"{option.Name} takes the name of a file, not \"\"";
        }

        if (parsed.Action is not ParseErrorAction) return null;
        if (parsed.UnmatchedTokens is [string unknown, ..]) return $"\"{unknown}\" is not known{Likeness.Advice(parsed.CommandResult.Command, unknown)}";
        return parsed.Errors.Count > 0 ? parsed.Errors[0].Message.TrimEnd('.') : "the arguments cannot be read";
    }

    /// <summary>The first signal ends the command cleanly, the second one at once.</summary>
    private static void Stop(PosixSignalContext signal, CancellationTokenSource stop, int exitCode)
    {
        signal.Cancel = !stop.IsCancellationRequested;
        if (!signal.Cancel) return;
        Interruption = exitCode;
        stop.Cancel();
    }

    /// <summary>Ends an inherited "ignore SIGINT", which a shell sets for programs in the background; .NET would leave it so.</summary>
    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint Signal(int number, nint action);

    private static int FailAsIs(int code, string message)
    {
        WarnAsIs(message);
        return code;
    }

    private static int Fail(Exception failure) => failure switch
    {
        ConfigurationException wrong => FailAsIs(ExitCode.WrongArguments, wrong.Message),
        MqttException known => Fail(ExitCode.Of(known.Code), ToolWords.Of(known)),
        OperationCanceledException => Fail(Interruption ?? ExitCode.ConnectionLost, "a signal ended the command before it was done."),
        _ when IsBrokenPipe(failure) => ExitCode.Done, // the reader of the output has what it wants
        FormatException => Fail(ExitCode.InvalidBytes, failure.Message),
        ArgumentException wrong => Fail(ExitCode.WrongArguments, MessageOf(wrong)),
        IOException or UnauthorizedAccessException or InvalidDataException => Fail(ExitCode.File, failure.Message),
        _ => Fail(ExitCode.ConnectionLost, $"{failure.GetType().Name}: {failure.Message}"),
    };

    private static string MessageOf(ArgumentException wrong) =>
        wrong.ParamName is null ? wrong.Message : wrong.Message.Replace($" (Parameter '{wrong.ParamName}')", "", StringComparison.Ordinal);

    private sealed class HelpAction : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.Write(HelpText.Of(parseResult.CommandResult.Command));
            return ExitCode.Done;
        }
    }
}
