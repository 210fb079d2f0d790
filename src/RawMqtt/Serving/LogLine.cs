// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Runtime.CompilerServices;

namespace RawMqtt.Serving;

/// <summary>The fields of a line of the log. They are made only if the line is one of the first of its kind in this second.</summary>
[InterpolatedStringHandler]
internal ref struct LogLine
{
    private DefaultInterpolatedStringHandler text;

    public LogLine(int literalLength, int formattedCount, BrokerLog log, MqttLogLevel level, string kind, out bool isWanted)
    {
        IsWanted = isWanted = log.Rates.TryCount(level, kind);
        if (isWanted) text = new DefaultInterpolatedStringHandler(literalLength, formattedCount, CultureInfo.InvariantCulture);
    }

    public bool IsWanted { get; }

    public void AppendLiteral(string value) => text.AppendLiteral(value);

    public void AppendFormatted<T>(T value, string? format = null) => text.AppendFormatted(value, format);

    public string ToStringAndClear() => text.ToStringAndClear();
}
