// SPDX-License-Identifier: MIT

namespace RawMqtt.Dialling;

/// <summary>An entry of the catalogue: the texts of one diagnosis, with the names of facts in braces.</summary>
/// <remarks>Entries are properties, so that a trimmed program holds only the texts that it can reach.</remarks>
/// <param name="Code">It does not change between versions.</param>
/// <param name="Kind">The kind of the exception.</param>
/// <param name="Observed">What was seen, in one sentence.</param>
/// <param name="Cause">The likely cause; may be empty.</param>
/// <param name="Advice">What to try. The tool has its own text where this one names a member of the library.</param>
internal sealed record DiagnosisEntry(string Code, MqttErrorCode Kind, string Observed, string Cause, string Advice)
{
    private const int LongestFact = 400;

    /// <summary>Returns the diagnosis with these facts.</summary>
    public MqttDiagnosis Of(params Fact[] facts)
    {
        var cleaned = new Dictionary<string, string>(facts.Length);
        foreach (Fact fact in facts) cleaned[fact.Name] = PeerText.Clean(fact.Value, LongestFact);
        return new MqttDiagnosis(Code, Observed, Cause, Advice, cleaned);
    }
}
