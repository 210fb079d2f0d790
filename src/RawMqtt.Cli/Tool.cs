// SPDX-License-Identifier: MIT

using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Runtime.InteropServices;
using RawMqtt.Server;

namespace RawMqtt.Cli;

/// <summary>The command <c>rawmqtt</c>: its parts, its errors, and how it ends.</summary>
internal static partial class Tool
{
    private const int Interrupt = 2; // SIGINT
    private const int Red = 31;

    /// <summary>Gets the exit code of a command that the signal cut short; null while there was no signal.</summary>
    public static int? Interruption { get; private set; }

    /// <summary>Gets how arguments are read: -m @home is a message, and names no file.</summary>
    public static ParserConfiguration Parsing { get; } = new() { ResponseFileTokenReplacer = null };

    /// <summary>Gets or sets whether SIGHUP ends the command, as it does unless the command does something else with it.</summary>
    public static bool EndsAtHangUp { get; set; } = true;

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
        using PosixSignalRegistration? hungUp = OperatingSystem.IsWindows() ? null
            : PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal => Stop(signal, stop, ExitCode.HungUp));
        ParseResult parsed;
        try
        {
            arguments = DefaultsFile.Expand(root, arguments);
            parsed = root.Parse(arguments, Parsing);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return Fail(ExitCode.File, failure.Message);
        }
        catch (InvalidOperationException failure) // a check of several options asked for a value that is missing
        {
            string command = root.Subcommands.Any(one => one.Name == arguments[0]) ? $" {arguments[0]}" : "";
            return Fail(ExitCode.WrongArguments, $"{failure.Message.TrimEnd('.')}. See rawmqtt{command} --help.");
        }

        if (FaultIn(parsed) is { } fault)
        {
            return Fail(ExitCode.WrongArguments, $"{fault}{(fault.EndsWith('?') ? "" : ".")} See {NameOf(parsed.CommandResult)} --help.");
        }

        try
        {
            var configuration = new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
                Output = Terminal.Out,
                Error = Terminal.Error,
            };
            return await parsed.InvokeAsync(configuration, stop.Token);
        }
        catch (Exception failure)
        {
            StatusLine.End();
            return Fail(failure);
        }
        finally
        {
            StatusLine.End();
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
        Terminal.Error.WriteStyled($"{Terminal.Error.Paint("rawmqtt:", Red)} {TerminalText.Escape(message.ReplaceLineEndings(" "))}\n");
    }

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
        if (signal.Signal == PosixSignal.SIGHUP && !EndsAtHangUp) return;
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
        ConfigurationException wrong => FailAsIs(IsOfFile(wrong) ? ExitCode.File : ExitCode.WrongArguments, wrong.Message),
        MqttException known when ExitCode.Of(known.Code) == ExitCode.WrongArguments && IsOfFile(known) => Fail(ExitCode.File, ToolWords.Of(known)),
        MqttException known => Fail(ExitCode.Of(known.Code), ToolWords.Of(known)),
        OperationCanceledException => Fail(Interruption ?? ExitCode.ConnectionLost, "a signal ended the command before it was done."),
        _ when StandardStreams.IsBrokenPipe(failure) => ExitCode.Done, // the reader of the output has what it wants
        FormatException => Fail(ExitCode.InvalidBytes, failure.Message),
        ArgumentException wrong => Fail(ExitCode.WrongArguments, MessageOf(wrong)),
        IOException or UnauthorizedAccessException or InvalidDataException => Fail(ExitCode.File, failure.Message),
        _ => Fail(ExitCode.ConnectionLost, $"{failure.GetType().Name}: {failure.Message}"),
    };

    /// <summary>True if the cause is a file that is not there, or that the user may not read.</summary>
    private static bool IsOfFile(Exception failure) =>
        failure.InnerException is { } cause && (cause is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException || IsOfFile(cause));

    private static string MessageOf(ArgumentException wrong) =>
        wrong.ParamName is null ? wrong.Message : wrong.Message.Replace($" (Parameter '{wrong.ParamName}')", "", StringComparison.Ordinal);

    private sealed class HelpAction : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult)
        {
            HelpText.Write(parseResult.InvocationConfiguration.Output, parseResult.CommandResult.Command);
            return ExitCode.Done;
        }
    }
}
