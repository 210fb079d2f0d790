// SPDX-License-Identifier: MIT

using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace RawMqtt.Cli;

/// <summary><c>rawmqtt doctor</c>: examines an address step by step, with time and verdict for each.</summary>
internal static class DoctorCommand
{
    private const int MostCharacters = 1000;
    private const int Red = 31;

    private static readonly Argument<string> Url = new("url") { Description = "The address to examine, such as wss://host:8084/mqtt.", HelpName = "URL" };
    private static readonly Option<string?> User = new("--username", "-u") { Description = "The user name.", HelpName = "USER" };
    private static readonly Option<string?> Password = new("--pw", "-P", "--password")
    {
        Description = "The password; prefer the variable RAWMQTT_PASSWORD.",
        HelpName = "PASSWORD",
    };

    private static readonly Option<string?> PasswordFile = new("--password-file")
    {
        Description = "Read the password from the first line of a file.",
        HelpName = "FILE",
    };

    private static readonly Option<bool> SendLogin = new("--send-login") { Description = "Send the login also without TLS that is proved." };

    private static readonly Option<string?> Topic = new("--topic", "-t")
    {
        Description = "Send the message below this topic; without it, below rawmqtt-doctor, if the server lets the client.",
        HelpName = "PREFIX",
    };

    private static readonly NumberOption KeepAlive = new(1, 3600, "--keepalive", "-k")
    {
        Description = "See whether the server ends a client that is silent for 1.5 times this keep alive.",
        HelpName = "SECONDS",
    };

    private static readonly SecondsOption Idle = new("--idle") { Description = "See whether something cuts a connection that is without data for this time." };

    private static readonly Option<string?> Page = new("--page") { Description = "Judge what a browser does for a page of this origin.", HelpName = "ORIGIN" };
    private static readonly Option<bool> Json = new("--json") { Description = "Write one JSON object a step." };
    private static readonly SecondsOption Timeout = new("--timeout") { Description = "The longest time of each step; 5 by default." };
    private static readonly TlsArguments Tls = new();

    public static Command Create()
    {
        var command = new Command("doctor", "Examine an address: name, TCP, what the port speaks, TLS, handshake, login, a message.")
        {
            Url, User, Password, PasswordFile, SendLogin, Topic, KeepAlive, Idle, Page, Json, Timeout,
        };
        Tls.AddTo(command);
        command.SetAction(RunAsync);
        return command;
    }

    /// <summary>Returns the options of the command line, and the login of the address where they have none.</summary>
    internal static MqttClientOptions ReadOptions(ParseResult parsed, DoctorTarget target)
    {
        string? user = parsed.GetValue(User) ?? target.UserName;
        string? password = parsed.GetValue(Password);
        if (parsed.GetValue(PasswordFile) is { } file) password = File.ReadLines(file).FirstOrDefault("");
        if (password is null && target.Password is null && user is not null) password = Environment.GetEnvironmentVariable("RAWMQTT_PASSWORD");
        return new MqttClientOptions
        {
            Tls = Tls.Read(parsed, target.With(target.Scheme)),
            UserName = user,
            Password = (password is null ? target.Password : Encoding.UTF8.GetBytes(password)) is { } bytes ? bytes : default(ReadOnlyMemory<byte>?),
        };
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        DoctorTarget target = await DoctorTarget.ReadAsync(parsed.GetValue(Url)!);
        MqttClientOptions options = ReadOptions(parsed, target);
        var report = new DoctorReport(parsed.GetValue(Json) ? WriteJson : WriteLine);
        TimeSpan patience = parsed.GetValue(Timeout) ?? TimeSpan.FromSeconds(5);
        bool isProved = target.IsTls && !parsed.GetValue(Tls.Insecure); // the client ends before CONNECT if the certificate is not proved
        var session = new DoctorSession(target, options, patience, report)
        {
            SendsLogin = isProved || target.IsLoopback || parsed.GetValue(SendLogin),
            Topic = parsed.GetValue(Topic),
            KeepAlive = parsed.GetValue(KeepAlive) is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            Idle = parsed.GetValue(Idle),
        };
        var doctor = new Doctor(target, options, patience, report) { Session = session, Page = parsed.GetValue(Page) };
        await doctor.RunAsync(cancellationToken);
        return report.ExitCode;
    }

    private static void WriteLine(DoctorStep step)
    {
        string line = string.Create(CultureInfo.InvariantCulture, $"{step.Name,-9} {step.Time.TotalMilliseconds,8:0.0} ms  {Shown(step)}");
        Terminal.Out.WriteStyled(step.ExitCode == ExitCode.Done ? $"   {line}\n" : $"{Terminal.Out.Paint("!!", Red)} {line}\n");
    }

    private static void WriteJson(DoctorStep step)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("step", step.Name);
            json.WriteNumber("milliseconds", Math.Round(step.Time.TotalMilliseconds, 1));
            json.WriteBoolean("ok", step.ExitCode == ExitCode.Done);
            json.WriteNumber("exitCode", step.ExitCode);
            json.WriteString("verdict", Shown(step));
            if (step.Addresses.Count > 0)
            {
                json.WriteStartArray("addresses");
                foreach (string address in step.Addresses) json.WriteStringValue(address);
                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        Terminal.Out.WriteLine(Encoding.UTF8.GetString(buffer.ToArray()));
    }

    /// <summary>Returns the verdict in one line, without control characters of a server, and cut.</summary>
    private static string Shown(DoctorStep step)
    {
        string verdict = TerminalText.Escape(ToolWords.Of(step.Verdict).ReplaceLineEndings(" "));
        return verdict.Length > MostCharacters ? $"{verdict[..MostCharacters]}..." : verdict;
    }
}
