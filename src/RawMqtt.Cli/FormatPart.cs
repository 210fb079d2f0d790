// SPDX-License-Identifier: MIT

namespace RawMqtt.Cli;

/// <summary>A part of <see cref="MessageFormat"/>: literal text, or a field with its flags.</summary>
internal sealed record FormatPart
{
    public const char Literal = '\0';

    /// <summary>Gets the field's letter; '@' for a time, with the letter of strftime in <see cref="Text"/>.</summary>
    public char Letter { get; init; } = Literal;

    public string Text { get; init; } = "";

    public byte[] Bytes { get; init; } = [];

    public bool IsZeroPadded { get; init; }

    public bool IsLeft { get; init; }

    /// <summary>Gets the least width in bytes.</summary>
    public int Width { get; init; }

    /// <summary>Gets the most bytes of %t and %I; -1 for no limit.</summary>
    public int Precision { get; init; } = -1;

    /// <summary>Gets what stands between two bytes of %x and %X.</summary>
    public string Separator { get; init; } = "";
}
