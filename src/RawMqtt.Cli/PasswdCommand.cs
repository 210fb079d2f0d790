// SPDX-License-Identifier: MIT

using System.CommandLine;
using System.Text;

namespace RawMqtt.Cli;

/// <summary><c>rawmqtt passwd</c>: writes an entry of a password file.</summary>
/// <remarks>The password comes from the input, because a list of processes shows arguments.</remarks>
internal static class PasswdCommand
{
    private static readonly Argument<string> User = new("user")
    {
        Description = "The user name: it does not begin with # and has no colon.",
        HelpName = "USER",
    };

    public static Command Create()
    {
        var command = new Command("passwd", "Print an entry for broker --password-file; the password is read from the input.") { User };
        command.SetAction(RunAsync);
        return command;
    }

    /// <summary>Returns the bytes of the first line, without a byte order mark. A password is any bytes, 3.1.3.5.</summary>
    internal static byte[] FirstLine(Stream input)
    {
        var line = new List<byte>();
        for (int octet = input.ReadByte(); octet >= 0 && octet != '\n'; octet = input.ReadByte()) line.Add((byte)octet);
        if (line.Count > 0 && line[^1] == '\r') line.RemoveAt(line.Count - 1);
        byte[] bytes = [.. line];
        return bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? bytes[3..] : bytes;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        Func<byte[]> read = HiddenInput.IsPossible
            ? () => Encoding.UTF8.GetBytes(HiddenInput.Ask("password: "))
            : () => FirstLine(StandardStreams.OpenInput());
        byte[] password = await Task.Run(read, CancellationToken.None).WaitAsync(cancellationToken);
        if (password.Length == 0) return Tool.Fail(ExitCode.WrongArguments, "There was no password on the input.");
        Terminal.Out.WriteLine(MqttPasswordFile.CreateEntry(parsed.GetValue(User)!, password));
        return ExitCode.Done;
    }
}
