// SPDX-License-Identifier: MIT

using System.CommandLine;
using RawMqtt.Cli.Bench;
using RawMqtt.Cli.Recordings;

namespace RawMqtt.Cli;

/// <summary>The list of the tool's commands, in the order of the help.</summary>
internal static class Commands
{
    public static Command[] Create() =>
    [
        DemoCommand.Create(),
        BrokerCommand.Create(),
        ToolkitCommand.Create(),
        DevCertCommand.Create(),
        PasswdCommand.Create(),
        PubCommand.Create(),
        SubCommand.Create(),
        DoctorCommand.Create(),
        DecodeCommand.Create(),
        EncodeCommand.Create(),
        BenchCommand.Create(),
        RetainedCommand.Create(),
        PingCommand.Create(),
        RpcCommand.Create(),
        RecordCommand.Create(),
        ReplayCommand.Create(),
        JournalCommands.CreateSessions(),
        JournalCommands.CreateJournal(),
    ];
}
