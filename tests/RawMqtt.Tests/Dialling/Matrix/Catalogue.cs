// SPDX-License-Identifier: MIT

using System.Reflection;
using System.Text.RegularExpressions;
using RawMqtt.Cli;
using RawMqtt.Dialling;

namespace RawMqtt.Tests.Dialling.Matrix;

/// <summary>All entries of the catalogue of diagnoses, found in the library by reflection.</summary>
internal static partial class Catalogue
{
    public static IReadOnlyList<DiagnosisEntry> Entries { get; } =
    [
        .. new[] { typeof(AddressDiagnoses), typeof(ServerDiagnoses), typeof(CertificateDiagnoses), typeof(ConnectDiagnoses) }
            .SelectMany(part => part.GetProperties(BindingFlags.Static | BindingFlags.Public)).Select(entry => (DiagnosisEntry)entry.GetValue(null)!),
    ];

    /// <summary>Returns what the tool advises: its own text, or that of the library.</summary>
    public static string ToolAdviceFor(DiagnosisEntry entry) => ToolAdvice.ByCode.GetValueOrDefault(entry.Code, entry.Advice);

    /// <summary>Returns the facts that the texts of an entry name and that a diagnosis lacks: they would be holes in its sentences.</summary>
    public static IEnumerable<string> FactsMissingIn(MqttDiagnosis diagnosis)
    {
        DiagnosisEntry entry = Entries.Single(entry => entry.Code == diagnosis.Code);
        return Fact().Matches($"{entry.Observed} {entry.Cause} {entry.Advice} {ToolAdviceFor(entry)}").Select(fact => fact.Groups[1].Value)
            .Distinct().Where(fact => !diagnosis.Facts.ContainsKey(fact));
    }

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex Fact();
}
