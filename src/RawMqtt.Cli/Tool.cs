// SPDX-License-Identifier: MIT

using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace RawMqtt.Cli;

/// <summary>The command <c>rawmqtt</c>: its parts, and how it ends.</summary>
internal static partial class Tool
{
    public static async Task<int> RunAsync(string[] arguments)
    {
        var root = new Command("rawmqtt", "MQTT 3.1.1 over WebSocket, TCP and TLS: broker, client, and an explainer of bytes.")
        {
            DemoCommand.Create(),
            BrokerCommand.Create(),
            PasswdCommand.Create(),
            PubCommand.Create(),
            SubCommand.Create(),
            DecodeCommand.Create(),
            EncodeCommand.Create(),
            new HelpOption(),
            new VersionOption(),
        };
        if (arguments.Length == 0) arguments = ["--help"];
        foreach (Option option in root.Options)
        {
            if (option is HelpOption help && help.Action is HelpAction action) help.Action = new HelpWithExitCodes(action);
        }

        using var stop = new CancellationTokenSource();
        if (!OperatingSystem.IsWindows()) _ = Signal(Interrupt, 0);
        using PosixSignalRegistration interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, stop));
        using PosixSignalRegistration terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, stop));
        ParseResult parsed = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null }); // -m @home is a message, and names no file
        if (FaultIn(parsed) is { } fault)
        {
            string command = parsed.CommandResult.Command == root ? "rawmqtt" : $"rawmqtt {parsed.CommandResult.Command.Name}";
            return Fail(ExitCode.WrongArguments, $"{fault}. See {command} --help.");
        }

        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, stop.Token);
        }
        catch (Exception failure)
        {
            return Fail(failure);
        }
    }

    /// <summary>One sentence on the error output, and the exit code.</summary>
    public static int Fail(int code, string message)
    {
        try
        {
            Console.Error.WriteLine($"rawmqtt: {message.ReplaceLineEndings(" ")}");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // there is no error output
        }

        return code;
    }

    /// <summary>The standard output, which fails when it is a pipe whose reader has gone; the console's own stream goes on without a word, and so for ever.</summary>
    public static Stream OpenOutput()
    {
        if (OperatingSystem.IsWindows()) return Console.OpenStandardOutput();
        var output = new FileStream(new SafeFileHandle(StandardOutput, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        return output.CanSeek ? Console.OpenStandardOutput() : output; // a file may be shared, and has one position for all who write to it
    }

    private const int StandardOutput = 1;

    private static string? FaultIn(ParseResult parsed)
    {
        foreach (Option option in parsed.CommandResult.Command.Options.Where(option => option.HelpName == "FILE"))
        {
            if (parsed.GetResult(option) is { } result && result.Tokens.Any(token => token.Value.Length == 0)) return $"{option.Name} takes the name of a file, not \"\"";
        }

        // -h is help here and the host in mosquitto_pub: whoever means that is not to believe that something was published.
        if (parsed.Action is HelpWithExitCodes && parsed.UnmatchedTokens.Count > 0) return $"\"{parsed.UnmatchedTokens[0]}\" is not known. -h is --help; the address is given by --url, such as ws://localhost:8083/mqtt";
        if (parsed.Action is not ParseErrorAction) return null;
        if (parsed.UnmatchedTokens.Count > 0) return $"\"{parsed.UnmatchedTokens[0]}\" is not known";
        return parsed.Errors.Count > 0 ? parsed.Errors[0].Message.TrimEnd('.') : "the arguments cannot be read";
    }

    /// <summary>The first signal ends the command cleanly, the second one at once.</summary>
    private static void Stop(PosixSignalContext signal, CancellationTokenSource stop)
    {
        signal.Cancel = !stop.IsCancellationRequested;
        if (signal.Cancel) stop.Cancel();
    }

    private const int Interrupt = 2;

    /// <summary>A shell that starts a program with &amp; lets it ignore SIGINT, and .NET would leave it so; a broker in the background is to end cleanly all the same.</summary>
    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint Signal(int number, nint action);

    private static int Fail(Exception failure) => failure switch
    {
        MqttException known => Fail(ExitCode.Of(known.Code), known.Message),
        OperationCanceledException => ExitCode.Done, // SIGINT or SIGTERM
        _ when IsBrokenPipe(failure) => ExitCode.Done, // the reader of our output has had enough
        FormatException => Fail(ExitCode.InvalidBytes, failure.Message),
        ArgumentException wrong => Fail(ExitCode.WrongArguments, wrong.ParamName is null ? wrong.Message : wrong.Message.Replace($" (Parameter '{wrong.ParamName}')", "", StringComparison.Ordinal)),
        IOException or UnauthorizedAccessException => Fail(ExitCode.File, failure.Message),
        _ => Fail(ExitCode.ConnectionLost, $"{failure.GetType().Name}: {failure.Message}"),
    };

    public static bool IsBrokenPipe(Exception failure) => failure is IOException { HResult: BrokenPipe };

    private const int BrokenPipe = 32; // EPIPE

    /// <summary>The help of System.CommandLine, and the table of exit codes below it.</summary>
    private sealed class HelpWithExitCodes(HelpAction help) : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            int result = help.Invoke(parseResult);
            parseResult.InvocationConfiguration.Output.WriteLine(ExitCode.Table);
            return result;
        }
    }
}
