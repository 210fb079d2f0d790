// SPDX-License-Identifier: MIT

using RawMqtt.Cli.Captures;

namespace RawMqtt.Tests.Cli.Captures;

/// <summary>What holds for any bytes that claim to be a capture.</summary>
internal static class CaptureInvariants
{
    /// <summary>Reads the bytes in both forms; throws what the reader throws, which it must not.</summary>
    public static void Check(byte[] file)
    {
        if (!CaptureText.IsCapture(file)) return;
        var text = new CaptureText();
        text.Write(file, TextWriter.Null);
        var json = new CaptureText();
        json.WriteJson(file, TextWriter.Null);
        if (text.IsOk != json.IsOk) throw new InvalidOperationException("The text and the JSON of a capture judge it differently.");
        if (!text.Notes.SequenceEqual(json.Notes)) throw new InvalidOperationException("The text and the JSON of a capture note different things.");
    }
}
