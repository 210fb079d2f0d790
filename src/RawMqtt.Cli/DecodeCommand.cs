// SPDX-License-Identifier: MIT

using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text;
using RawMqtt.Cli.Captures;
using RawMqtt.Codec;
using RawMqtt.Explain;

namespace RawMqtt.Cli;

/// <summary><c>rawmqtt decode</c>: explains bytes.</summary>
internal static class DecodeCommand
{
    private static readonly Argument<string[]> Bytes = new("bytes")
    {
        Description = "Hexadecimal (spaces, 0x, offsets of a dump allowed) or base64; the standard input by default.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly Option<string?> InputFile = new("--file", "-f")
    {
        Description = "Read a file: raw bytes, hexadecimal, base64, or a capture (pcap, pcapng).",
        HelpName = "FILE",
    };

    private static readonly Option<bool> Mqtt = new("--mqtt") { Description = "The bytes are MQTT packets." };
    private static readonly Option<bool> Ws = new("--ws") { Description = "The bytes are WebSocket: a handshake, frames, or both." };

    private static readonly Option<string?> From = new("--from")
    {
        Description = "The end that sent them; by default the bytes decide.",
        HelpName = "client|server",
    };

    private static readonly Option<bool> Json = new("--json") { Description = "Write one JSON object. Payloads and passwords are hexadecimal." };

    private static readonly Option<bool> Lines = new("--lines")
    {
        Description = "Each line of the standard input, or of --file, is a hexadecimal string of its own; one object or explanation for each.",
    };

    public static Command Create()
    {
        From.Validators.Add(result =>
        {
            foreach (Token token in result.Tokens.Where(token => token.Value is not ("client" or "server")))
            {
                result.AddError($"--from takes client|server, not \"{token.Value}\"");
            }
        });
        var command = new Command("decode", "Explain the bytes that one end sent: handshake, frames and packets, field by field.")
        {
            Bytes, InputFile, Mqtt, Ws, From, Json, Lines,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(Mqtt) && result.GetValue(Ws)) result.AddError("The bytes are MQTT or WebSocket: give --mqtt or --ws");
            bool isGiven = result.GetValue(Bytes) is { Length: > 0 };
            if (isGiven && (result.GetValue(Lines) || result.GetResult(InputFile) is not null)) result.AddError("Give the bytes, or --file, or --lines");
        });
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        try
        {
            if (parsed.GetValue(Lines)) return await DecodeLinesAsync(parsed, cancellationToken);
            byte[] bytes = await ReadAsync(parsed, cancellationToken);
            return CaptureText.IsCapture(bytes) ? PrintCapture(bytes, parsed) : Print(bytes, parsed);
        }
        catch (Exception failure) when (parsed.GetValue(Json) && IsOfInput(failure))
        {
            Terminal.Out.WriteLine(Terminal.Json(Decoding.FaultToJson(failure.Message)));
            return failure is FormatException ? ExitCode.InvalidBytes : ExitCode.File;
        }
    }

    private static bool IsOfInput(Exception failure) =>
        failure is FormatException or UnauthorizedAccessException || (failure is IOException && !StandardStreams.IsBrokenPipe(failure));

    private static async Task<int> DecodeLinesAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        int result = ExitCode.Done;
        using InputBytes input = Input(parsed);
        await using TextWriter output = Terminal.OpenText();
        while (await input.ReadLineAsync(cancellationToken) is { } line)
        {
            bool isHex = PastedBytes.TryReadHex(Encoding.Latin1.GetString(line.Span).Trim(), out byte[] bytes);
            Decoding? decoding = isHex ? Decode(bytes, parsed) : null;
            if (decoding?.IsOk != true) result = ExitCode.InvalidBytes;
            if (parsed.GetValue(Json)) await output.WriteLineAsync(Terminal.Json(decoding?.ToJson() ?? Decoding.FaultToJson("the line is not hexadecimal")));
            else await output.WriteLineAsync(decoding?.ToText() ?? "The line is not hexadecimal.");
            if (!input.HasLine) await output.FlushAsync(cancellationToken);
        }

        return result;
    }

    private static InputBytes Input(ParseResult parsed) => parsed.GetValue(InputFile) is { } file ? new InputBytes(File.OpenRead(file)) : InputBytes.Standard();

    private static int Print(byte[] bytes, ParseResult parsed)
    {
        Decoding decoding = Decode(bytes, parsed);
        Terminal.Out.WriteLine(parsed.GetValue(Json) ? Terminal.Json(decoding.ToJson()) : decoding.ToText().TrimEnd());
        return decoding.IsOk ? ExitCode.Done : ExitCode.InvalidBytes;
    }

    private static int PrintCapture(byte[] file, ParseResult parsed)
    {
        if (parsed.GetValue(Mqtt) || parsed.GetValue(Ws) || parsed.GetValue(From) is not null)
        {
            throw new ArgumentException("--mqtt, --ws and --from are for bytes without addresses; a capture tells which end sent what.");
        }

        var capture = new CaptureText();
        using (TextWriter output = Terminal.OpenText())
        {
            if (parsed.GetValue(Json)) capture.WriteJson(file, output);
            else capture.Write(file, output);
        }

        foreach (string note in capture.Notes) Tool.Warn(note);
        return capture.IsOk ? ExitCode.Done : ExitCode.InvalidBytes;
    }

    private static Decoding Decode(byte[] bytes, ParseResult parsed)
    {
        bool? isWebSocket = parsed.GetValue(Ws) ? true : parsed.GetValue(Mqtt) ? false : null;
        MqttRole? sender = parsed.GetValue(From) switch { "client" => MqttRole.Client, "server" => MqttRole.Server, _ => null };
        return Decoding.Of(bytes, isWebSocket, sender);
    }

    private static async Task<byte[]> ReadAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        string[] given = parsed.GetValue(Bytes) ?? [];
        if (given.Length > 0)
        {
            if (PastedBytes.TryRead(string.Join(' ', given), out byte[] read)) return read;
            throw new FormatException("The argument is neither hexadecimal nor base64.");
        }

        using InputBytes input = Input(parsed);
        byte[] content = await input.ReadToEndAsync(cancellationToken);
        bool isText = !content.AsSpan().ContainsAnyExceptInRange((byte)'\t', (byte)'~');
        return isText && PastedBytes.TryRead(Encoding.ASCII.GetString(content), out byte[] bytes) ? bytes : content;
    }
}
