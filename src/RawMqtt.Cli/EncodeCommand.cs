// SPDX-License-Identifier: MIT

using System.CommandLine;
using System.Text;
using RawMqtt.Explain;

namespace RawMqtt.Cli;

/// <summary><c>rawmqtt encode</c>: writes the bytes of packets that JSON describes; the inverse of decode --json.</summary>
internal static class EncodeCommand
{
    private static readonly Argument<string[]> Description = new("description")
    {
        Description = "A packet, an array of packets, or the output of decode --json; the standard input by default.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly Option<bool> Lines = new("--lines")
    {
        Description = "Each line of the standard input is a description of its own; one line of hexadecimal for each, or an object that says what is wrong.",
    };

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static Command Create()
    {
        var command = new Command("encode", "Write the bytes of packets described as JSON, in hexadecimal.") { Description, Lines };
        command.Validators.Add(result =>
        {
            if (!result.GetValue(Lines) || result.GetValue(Description) is not { Length: > 0 }) return;
            result.AddError("Give a description, or --lines for those on the standard input");
        });
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        using var input = InputBytes.Standard();
        if (!parsed.GetValue(Lines))
        {
            string[] given = parsed.GetValue(Description) ?? [];
            string description = given.Length > 0 ? string.Join(' ', given) : TextOf(await input.ReadToEndAsync(cancellationToken));
            Terminal.Out.WriteLine(Convert.ToHexStringLower(PacketFromJson.Encode(description)));
            return ExitCode.Done;
        }

        int result = ExitCode.Done;
        await using TextWriter output = Terminal.OpenText();
        while (await input.ReadLineAsync(cancellationToken) is { } line)
        {
            try
            {
                await output.WriteLineAsync(Convert.ToHexStringLower(PacketFromJson.Encode(TextOf(line.Span))));
            }
            catch (FormatException failure)
            {
                result = ExitCode.InvalidBytes;
                await output.WriteLineAsync(Terminal.Json(Decoding.FaultToJson(failure.Message)));
            }

            if (!input.HasLine) await output.FlushAsync(cancellationToken);
        }

        return result;
    }

    /// <summary>Refuses ill-formed UTF-8, because a replacement would make it another topic (1.5.3).</summary>
    private static string TextOf(ReadOnlySpan<byte> input)
    {
        try
        {
            return Strict.GetString(input);
        }
        catch (DecoderFallbackException)
        {
            throw new FormatException("The description is not UTF-8.");
        }
    }
}
