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
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult parsed)
    {
        if (!Console.IsInputRedirected) Console.Error.Write("password: ");
        string password = Console.ReadLine() ?? "";
        if (password.Length == 0) return Tool.Fail(ExitCode.WrongArguments, "There was no password on the input.");
        Console.WriteLine(MqttPasswordFile.CreateEntry(parsed.GetValue(User)!, Encoding.UTF8.GetBytes(password)));
        return ExitCode.Done;
    }
}
