// SPDX-License-Identifier: MIT

using System.CommandLine;
using RawMqtt.Server;

namespace RawMqtt.Cli;

/// <summary><c>rawmqtt broker import</c>: translates a mosquitto.conf into a configuration file.</summary>
internal static class ImportCommand
{
    private static readonly Argument<string> Source = new("file") { Description = "The mosquitto.conf." };

    public static Command Create()
    {
        var command = new Command("import", "Print the configuration file for a mosquitto.conf; the error output says what has no translation.") { Source };
        command.SetAction(parsed =>
        {
            MosquittoImport import = MosquittoImport.Read(parsed.GetValue(Source)!);
            Terminal.Out.Write(import.Text);
            foreach (string remark in import.Remarks) Tool.WarnAsIs($"not translated: {remark}");
            return ExitCode.Done;
        });
        return command;
    }
}
