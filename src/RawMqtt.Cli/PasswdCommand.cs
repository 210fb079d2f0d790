// SPDX-License-Identifier: MIT

using System.CommandLine;
using System.Text;

namespace RawMqtt.Cli;

/// <summary><c>rawmqtt passwd</c>: makes an entry of a password file; the password comes from the input, so that it stands in no list of processes.</summary>
internal static class PasswdCommand
{
    private static readonly Argument<string> User = new("user") { Description = "The user name, without a colon." };

    public static Command Create()
    {
        var command = new Command("passwd", "Read a password from the input, and print the entry for broker --password-file: rawmqtt passwd alice >> users") { User };
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        string password = await Task.Run(() => Console.IsInputRedirected ? Console.ReadLine() ?? "" : Ask(), CancellationToken.None).WaitAsync(cancellationToken);
        if (password.Length == 0) return Tool.Fail(ExitCode.WrongArguments, "There was no password on the input.");
        Console.WriteLine(MqttPasswordFile.CreateEntry(parsed.GetValue(User)!, Encoding.UTF8.GetBytes(password)));
        return ExitCode.Done;
    }

    /// <summary>At a terminal the password is not shown.</summary>
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
