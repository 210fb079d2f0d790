// SPDX-License-Identifier: MIT

using System.CommandLine;
using System.Globalization;

namespace RawMqtt.Cli.Bench;

/// <summary>An option that takes a number a second, above 0; and "max", where that has a meaning.</summary>
internal sealed class RateOption : Option<double?>
{
    private const double Most = 100_000_000;

    public RateOption(string name, bool takesMax)
        : base(name)
    {
        HelpName = takesMax ? "RATE|max" : "RATE";
        CustomParser = result =>
        {
            string given = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
            if (takesMax && given == "max") return double.PositiveInfinity;
            bool isNumber = double.TryParse(given, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double rate);
            if (isNumber && rate is >= 0.001 and <= Most) return rate;
            result.AddError($"{name} takes a number a second, such as 500 or 0.5{(takesMax ? ", or max" : "")}, not \"{given}\"");
            return null;
        };
    }
}
