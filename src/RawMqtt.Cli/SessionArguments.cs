// SPDX-License-Identifier: MIT

using System.CommandLine;

namespace RawMqtt.Cli;

/// <summary>What pub and sub share beside the connection: a kept session, and files of options as mosquitto's tools have them.</summary>
internal sealed class SessionArguments
{
    public Option<bool> Keep { get; } = new("--disable-clean-session", "-c", "--no-clean")
    {
        Description = "Keep the session at the broker, so that messages wait there for the next run; needs -i.",
    };

    public void AddTo(Command command, ConnectionArguments connection)
    {
        command.Options.Add(Keep);
        command.Options.Add(DefaultsFile.Option);
        command.Validators.Add(result =>
        {
            bool isKept = result.GetValue(Keep);
            if (isKept && result.GetResult(connection.Id) is null) result.AddError("-c keeps the session of a client identifier: give one with -i.");
        });
    }
}
