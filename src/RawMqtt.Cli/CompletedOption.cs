// SPDX-License-Identifier: MIT

using System.CommandLine;

namespace RawMqtt.Cli;

/// <summary>What a shell needs to know of an option to complete it and its value.</summary>
internal sealed record CompletedOption
{
    public CompletedOption(Option option)
    {
        Names = [.. HelpText.NamesOf(option)];
        Description = option.Description ?? "";
        TakesValue = HelpText.HasValue(option);
        TakesFile = TakesValue && option.HelpName is "FILE" or "SOCKET";
        TakesFolder = TakesValue && option.HelpName is "DIR";
        string[] parts = (option.HelpName ?? "").Split('|');
        static bool IsWritten(char c) => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '-'; // names of other values are in capitals
        bool isChoice = TakesValue && parts.Length > 1 && parts.All(part => part.All(IsWritten));
        Values = isChoice ? parts : [];
    }

    public static CompletedOption Help { get; } = new(new Option<bool>("--help") { Description = "Show the options, with examples." });

    public string[] Names { get; }

    public string Description { get; }

    public bool TakesValue { get; }

    public bool TakesFile { get; }

    public bool TakesFolder { get; }

    /// <summary>Gets the values, if there are few: <c>0|1|2</c>.</summary>
    public string[] Values { get; }
}
