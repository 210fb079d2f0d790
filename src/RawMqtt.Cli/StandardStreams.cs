// SPDX-License-Identifier: MIT

using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace RawMqtt.Cli;

/// <summary>The standard streams as bytes. The tool refuses one that the shell closed (<c>&lt;&amp;-</c>): its number may be a file's.</summary>
internal static partial class StandardStreams
{
    private const int Input = 0;
    private const int Output = 1;
    private const int Error = 2;
    private const int GetFlags = 1; // F_GETFD
    private const int CloseOnExecute = 1; // FD_CLOEXEC: the runtime sets it on each file that it opens, and no inherited file has it

    /// <summary>Opens the standard input.</summary>
    /// <exception cref="IOException">It is closed.</exception>
    public static Stream OpenInput() => IsOpen(Input) ? Console.OpenStandardInput() : throw Closed("input", "</dev/null");

    /// <summary>Returns the bytes from here to the end of the input, if it is a file; null for pipes and terminals.</summary>
    public static long? InputLength()
    {
        if (!IsOpen(Input)) return null;
        try
        {
            using var file = new FileStream(new SafeFileHandle(Input, ownsHandle: false), FileAccess.Read, bufferSize: 0);
            return file.CanSeek ? file.Length - file.Position : null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null; // a folder, or something else that has no length
        }
    }

    /// <summary>Opens the standard output so that writing fails when it is a pipe without a reader; the console's own stream ignores that.</summary>
    /// <exception cref="IOException">It is closed.</exception>
    public static Stream OpenOutput() => IsOpen(Output) ? Open(Output, Console.OpenStandardOutput) : throw Closed("output", ">/dev/null");

    /// <summary>Opens the error output; if it is closed, what is written goes nowhere.</summary>
    public static Stream OpenError() => IsOpen(Error) ? Open(Error, Console.OpenStandardError) : Stream.Null;

    /// <summary>Returns whether the reader of a pipe has gone.</summary>
    public static bool IsBrokenPipe(Exception failure) => failure is IOException { HResult: 32 }; // EPIPE

    private static Stream Open(int number, Func<Stream> openUsual)
    {
        if (OperatingSystem.IsWindows()) return openUsual();
        var stream = new FileStream(new SafeFileHandle(number, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        return stream.CanSeek ? openUsual() : stream; // programs that share a file share its position
    }

    private static bool IsOpen(int number)
    {
        if (OperatingSystem.IsWindows()) return true;
        int flags = ControlFile(number, GetFlags);
        return flags >= 0 && (flags & CloseOnExecute) == 0;
    }

    private static IOException Closed(string name, string instead) => new($"The standard {name} is closed. If that is meant, write {instead} in its place.");

    [LibraryImport("libc", EntryPoint = "fcntl")]
    private static partial int ControlFile(int number, int operation);
}
