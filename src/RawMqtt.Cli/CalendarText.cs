// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace RawMqtt.Cli;

/// <summary>Writes times with the letters of strftime, as the system's C library knows them.</summary>
internal static partial class CalendarText
{
    private const int MostTimeBytes = 128; // more than any system's struct tm
    private const int MostTextBytes = 256;

    /// <summary>Returns the time in the local zone; what the system does not know prints as it is.</summary>
    public static string Of(DateTimeOffset time, string letter)
    {
        if (OperatingSystem.IsWindows()) return OfWindows(time, letter);
        byte[] fields = new byte[MostTimeBytes];
        long seconds = time.ToUnixTimeSeconds();
        _ = LocalTime(ref seconds, fields);
        byte[] text = new byte[MostTextBytes];
        nint length = Format(text, MostTextBytes, $"%{letter}", fields);
        return Encoding.UTF8.GetString(text, 0, (int)length);
    }

    private static string OfWindows(DateTimeOffset time, string letter) => letter switch
    {
        "s" => time.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
        "Y" => time.ToString("yyyy", CultureInfo.InvariantCulture),
        "m" or "M" => time.ToString(letter == "m" ? "MM" : "mm", CultureInfo.InvariantCulture),
        "d" or "H" or "S" => time.ToString(letter switch { "d" => "dd", "H" => "HH", _ => "ss" }, CultureInfo.InvariantCulture),
        "z" => MessageJson.ZoneOf(time, "''"),
        _ => $"%{letter}",
    };

    [LibraryImport("libc", EntryPoint = "localtime_r")]
    private static partial nint LocalTime(ref long seconds, [Out] byte[] fields);

    [LibraryImport("libc", EntryPoint = "strftime", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint Format([Out] byte[] text, nint most, string format, byte[] fields);
}
