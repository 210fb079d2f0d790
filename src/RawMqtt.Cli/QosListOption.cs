// SPDX-License-Identifier: MIT

using System.CommandLine;

namespace RawMqtt.Cli;

/// <summary>An option that takes 0, 1 or 2, and may be repeated.</summary>
internal sealed class QosListOption : Option<int[]>
{
    public QosListOption(string description, string name, params string[] aliases)
        : base(name, aliases)
    {
        Description = description;
        HelpName = "0|1|2";
        CustomParser = result =>
        {
            foreach (string given in result.Tokens.Select(token => token.Value).Where(given => given is not ("0" or "1" or "2")))
            {
                result.AddError($"{name} takes 0|1|2, not \"{given}\"");
            }

            return [.. result.Tokens.Select(token => token.Value.Length > 0 ? token.Value[0] - '0' : 0)];
        };
    }
}
