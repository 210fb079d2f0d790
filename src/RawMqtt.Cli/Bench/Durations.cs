// SPDX-License-Identifier: MIT

using System.Globalization;

namespace RawMqtt.Cli.Bench;

/// <summary>Times and counts as people read them.</summary>
internal static class Durations
{
    /// <summary>Returns nanoseconds with three digits and a fitting unit.</summary>
    public static string Text(double nanoseconds) => nanoseconds switch
    {
        < 1_000 => $"{Digits(nanoseconds)} ns",
        < 1_000_000 => $"{Digits(nanoseconds / 1_000)} us",
        < 1_000_000_000 => $"{Digits(nanoseconds / 1_000_000)} ms",
        _ => $"{Digits(nanoseconds / 1_000_000_000)} s",
    };

    /// <summary>Returns a count with its thousands apart.</summary>
    public static string Count(double count) => Math.Round(count).ToString("#,0", CultureInfo.InvariantCulture).Replace(',', ' ');

    /// <summary>Returns a count with its noun, in the plural unless there is one.</summary>
    public static string Count(long count, string noun) => count == 1 ? $"1 {noun}" : $"{Count(count)} {noun}s";

    private static string Digits(double value) => value switch
    {
        >= 99.95 => value.ToString("0", CultureInfo.InvariantCulture),
        >= 9.995 => value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.ToString("0.00", CultureInfo.InvariantCulture),
    };
}
