// SPDX-License-Identifier: MIT

using System.Text;

namespace RawMqtt;

/// <summary>Represents what a failed connection showed: a code that does not change between versions, the facts, and what to try.</summary>
/// <remarks>docs/troubleshooting.md lists all codes.</remarks>
public sealed class MqttDiagnosis
{
    internal MqttDiagnosis(string code, string observed, string cause, string advice, IReadOnlyDictionary<string, string> facts)
    {
        Code = code;
        Facts = facts;
        Observation = Fill(cause.Length > 0 ? $"{observed} {cause}" : observed);
        Advice = Fill(advice);
    }

    /// <summary>Gets the code, such as <c>tls.expired</c>, <c>http.404</c> or <c>mqtt.refused.5</c>.</summary>
    public string Code { get; }

    /// <summary>Gets the facts by name, such as <c>host</c>, <c>port</c> or <c>status</c>. What a server sent is cut, and its control characters are
    /// replaced.</summary>
    public IReadOnlyDictionary<string, string> Facts { get; }

    /// <summary>Gets what was observed and the likely cause, in whole sentences.</summary>
    public string Observation { get; }

    /// <summary>Gets what to try, in whole sentences that name members of this library.</summary>
    public string Advice { get; }

    /// <summary>Returns the observation and the advice.</summary>
    public override string ToString() => Advice.Length > 0 ? $"{Observation} {Advice}" : Observation;

    /// <summary>Returns a text of the caller's own with the facts in place of their names in braces, such as <c>{host}</c>.</summary>
    public string Fill(string template)
    {
        ArgumentNullException.ThrowIfNull(template);
        var filled = new StringBuilder();
        ReadOnlySpan<char> rest = template;
        while (rest.IndexOf('{') is var open and >= 0 && rest[open..].IndexOf('}') is var length and > 0)
        {
            filled.Append(rest[..open]).Append(Facts.GetValueOrDefault(rest.Slice(open + 1, length - 1).ToString(), ""));
            rest = rest[(open + length + 1)..];
        }

        return filled.Append(rest).ToString();
    }
}
