// SPDX-License-Identifier: MIT

using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace RawMqtt.Cli;

/// <summary>Reads a secret from a terminal without showing it.</summary>
/// <remarks>On Unix the terminal shows what is typed before a program reads it, so its echo is off before the question comes. The keys of .NET's console
/// switch it off for each key alone, and would show parts of a passphrase that is pasted.</remarks>
internal static partial class HiddenInput
{
    private const int StandardInput = 0;
    private const int AtOnceWithoutPending = 2; // TCSAFLUSH
    private const int MostSettingBytes = 256; // more than any system's struct termios
    private const byte Echo = 8;

    /// <summary>Gets whether there is a terminal to ask at.</summary>
    public static bool IsPossible => !Console.IsInputRedirected;

    /// <summary>Gets where the flag for the echo stands in struct termios: behind three numbers, of 8 bytes in macOS and of 4 elsewhere.</summary>
    private static int PlaceOfEcho => OperatingSystem.IsMacOS() ? 24 : 12;

    /// <summary>Writes the question on the error output, and returns the line that is typed. A signal ends the program, with the echo on again.</summary>
    public static string Ask(string question) => OperatingSystem.IsWindows() ? AskByKeys(question) : AskInSilence(question);

    private static string AskInSilence(string question)
    {
        byte[] before = new byte[MostSettingBytes];
        bool isTerminal = GetSettings(StandardInput, before) == 0;
        byte[] silent = [.. before];
        silent[PlaceOfEcho] &= unchecked((byte)~Echo);

        void ShowAgain(PosixSignalContext signal)
        {
            if (isTerminal) _ = SetSettings(StandardInput, AtOnceWithoutPending, before);
            Terminal.Error.WriteLine();
            Environment.Exit(signal.Signal == PosixSignal.SIGTERM ? ExitCode.Terminated : ExitCode.Interrupted);
        }

        using PosixSignalRegistration interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, ShowAgain);
        using PosixSignalRegistration terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, ShowAgain);
        if (isTerminal) _ = SetSettings(StandardInput, AtOnceWithoutPending, silent);
        try
        {
            Terminal.Error.Write(question);
            using var input = new FileStream(new SafeFileHandle(StandardInput, ownsHandle: false), FileAccess.Read, bufferSize: 0);
            return Encoding.UTF8.GetString(PasswdCommand.FirstLine(input));
        }
        finally
        {
            if (isTerminal) _ = SetSettings(StandardInput, AtOnceWithoutPending, before);
            Terminal.Error.WriteLine();
        }
    }

    private static string AskByKeys(string question)
    {
        Terminal.Error.Write(question);
        var secret = new StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key == ConsoleKey.Backspace) secret.Length = Math.Max(0, secret.Length - 1);
            else if (!char.IsControl(key.KeyChar)) secret.Append(key.KeyChar);
        }

        Terminal.Error.WriteLine();
        return secret.ToString();
    }

    [LibraryImport("libc", EntryPoint = "tcgetattr")]
    private static partial int GetSettings(int handle, [Out] byte[] settings);

    [LibraryImport("libc", EntryPoint = "tcsetattr")]
    private static partial int SetSettings(int handle, int when, byte[] settings);
}
