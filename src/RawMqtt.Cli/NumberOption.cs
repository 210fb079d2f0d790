// SPDX-License-Identifier: MIT

using System.CommandLine;
using System.Globalization;

namespace RawMqtt.Cli;

/// <summary>An option that takes a whole number within a range, and refuses everything else by name.</summary>
internal sealed class NumberOption : Option<int?>
{
    public NumberOption(int least, int most, string name, params string[] aliases)
        : base(name, aliases)
    {
        string range = most - least < 3 ? string.Join('|', Enumerable.Range(least, most - least + 1)) : $"a whole number from {least} to {most}";
        CustomParser = result =>
        {
            string given = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
            bool isNumber = int.TryParse(given, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number);
            if (isNumber && number >= least && number <= most) return number;
            result.AddError($"{name} takes {range}, not \"{given}\"");
            return null;
        };
    }

    /// <summary>Returns an option that takes 0, 1 or 2.</summary>
    public static NumberOption Qos(string description, string name, params string[] aliases) =>
        new(0, 2, name, aliases) { Description = description, HelpName = "0|1|2" };
}
