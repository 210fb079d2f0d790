// SPDX-License-Identifier: MIT

using System.CommandLine;
using System.Text;

namespace RawMqtt.Cli;

/// <summary><c>rawmqtt passwd</c>: writes an entry of a password file.</summary>
/// <remarks>The password comes from the input, because a list of processes shows arguments.</remarks>
internal static class PasswdCommand
{
    private static readonly Argument<string> User = new("user") { Description = "The user name, without a colon." };

    public static Command Create()
    {
        var command = new Command("passwd", "Print an entry for broker --password-file; the password is read from the input.") { User };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        Func<string> read = Console.IsInputRedirected ? () => Console.ReadLine() ?? "" : Ask;
        string password = await Task.Run(read, CancellationToken.None).WaitAsync(cancellationToken);
        if (password.Length == 0) return Tool.Fail(ExitCode.WrongArguments, "There was no password on the input.");
        Console.WriteLine(MqttPasswordFile.CreateEntry(parsed.GetValue(User)!, Encoding.UTF8.GetBytes(password)));
        return ExitCode.Done;
    }

    /// <summary>Reads a password from a terminal without showing it.</summary>
    private static string Ask()
    {
        Console.Error.Write("password: ");
        var password = new StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key == ConsoleKey.Backspace) password.Length = Math.Max(0, password.Length - 1);
            else if (!char.IsControl(key.KeyChar)) password.Append(key.KeyChar);
        }

        Console.Error.WriteLine();
        return password.ToString();
    }
}
