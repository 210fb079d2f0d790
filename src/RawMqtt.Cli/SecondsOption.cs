// SPDX-License-Identifier: MIT

using System.CommandLine;
using System.Globalization;

namespace RawMqtt.Cli;

/// <summary>An option that takes a time in seconds, with or without a fraction, and refuses everything else by name.</summary>
internal sealed class SecondsOption : Option<TimeSpan?>
{
    private const int MostSeconds = 86_400; // a day

    public SecondsOption(string name, params string[] aliases)
        : base(name, aliases)
    {
        HelpName = "SECONDS";
        CustomParser = result =>
        {
            string given = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
            bool isNumber = double.TryParse(given, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds);
            if (isNumber && seconds <= MostSeconds && (seconds >= 0.001 || TakesZero)) return TimeSpan.FromSeconds(seconds);
            result.AddError($"{name} takes seconds from {(TakesZero ? "0" : "0.001")} to {MostSeconds}, such as 2 or 0.5, not \"{given}\"");
            return null;
        };
    }

    /// <summary>Gets whether 0 is a value; false by default.</summary>
    public bool TakesZero { get; init; }
}
