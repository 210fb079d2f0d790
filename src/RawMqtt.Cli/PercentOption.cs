// SPDX-License-Identifier: MIT

using System.CommandLine;
using System.Globalization;

namespace RawMqtt.Cli;

/// <summary>An option that takes a percentage from 0.1 to 100, and gives a share from 0.001 to 1.</summary>
internal sealed class PercentOption : Option<double?>
{
    public PercentOption(string name)
        : base(name)
    {
        HelpName = "PERCENT";
        CustomParser = result =>
        {
            string given = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
            bool isNumber = double.TryParse(given, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double percent);
            if (isNumber && percent is >= 0.1 and <= 100) return percent / 100;
            result.AddError($"{name} takes a percentage from 0.1 to 100, not \"{given}\"");
            return null;
        };
    }
}
