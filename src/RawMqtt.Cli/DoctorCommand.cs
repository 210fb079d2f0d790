// SPDX-License-Identifier: MIT

using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace RawMqtt.Cli;

/// <summary><c>rawmqtt doctor</c>: examines an address step by step, with time and verdict for each.</summary>
internal static class DoctorCommand
{
    private static readonly Argument<string> Url = new("url") { Description = "The address to examine, such as wss://host:8084/mqtt.", HelpName = "URL" };
    private static readonly Option<string?> User = new("--username", "-u") { Description = "The user name.", HelpName = "USER" };
    private static readonly Option<string?> Password = new("--pw", "-P", "--password")
    {
        Description = "The password; prefer the variable RAWMQTT_PASSWORD.",
        HelpName = "PASSWORD",
    };

    private static readonly Option<bool> SendLogin = new("--send-login") { Description = "Send the login also without TLS that is proved." };
    private static readonly Option<string?> Page = new("--page") { Description = "Judge what a browser does for a page of this origin.", HelpName = "ORIGIN" };
    private static readonly Option<bool> Json = new("--json") { Description = "Write one JSON object a step." };
    private static readonly SecondsOption Timeout = new("--timeout") { Description = "The longest time of each step; 5 by default." };
    private static readonly TlsArguments Tls = new();

    public static Command Create()
    {
        var command = new Command("doctor", "Examine an address: name, TCP, what the port speaks, TLS, handshake, login, and a message there and back.")
        {
            Url, User, Password, SendLogin, Page, Json, Timeout,
        };
        Tls.AddTo(command);
        command.SetAction(RunAsync);
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        DoctorTarget target = await DoctorTarget.ReadAsync(parsed.GetValue(Url)!);
        MqttClientOptions options = ReadOptions(parsed, target);
        Action<DoctorStep> report = parsed.GetValue(Json) ? WriteJson : WriteLine;
        bool isProved = target.IsTls && !parsed.GetValue(Tls.Insecure); // the client ends before CONNECT if the certificate is not proved
        var doctor = new Doctor(target, options, parsed.GetValue(Timeout) ?? TimeSpan.FromSeconds(5), report)
        {
            SendsLogin = isProved || target.IsLoopback || parsed.GetValue(SendLogin),
        };
        await doctor.RunAsync(cancellationToken);
        int exitCode = doctor.ExitCode;
        if (exitCode != ExitCode.Done && doctor.Working.Count > 0)
        {
            report(new DoctorStep("try", $"What the port speaks fits {string.Join(" or ", doctor.Working)}.", TimeSpan.Zero));
        }

        if (parsed.GetValue(Page) is { } origin)
        {
            (string verdict, bool isRefused) = BrowserPage.Judge(origin, target);
            if (exitCode == ExitCode.Done && isRefused) exitCode = ExitCode.UpgradeRefused;
            report(new DoctorStep("page", verdict, TimeSpan.Zero, isRefused ? ExitCode.UpgradeRefused : ExitCode.Done));
        }

        return exitCode;
    }

    private static MqttClientOptions ReadOptions(ParseResult parsed, DoctorTarget target)
    {
        string? user = parsed.GetValue(User) ?? target.UserName;
        string? password = parsed.GetValue(Password) ?? target.Password;
        if (password is null && user is not null) password = Environment.GetEnvironmentVariable("RAWMQTT_PASSWORD");
        string address = target.With(target.Scheme);
        return new MqttClientOptions
        {
            Address = address,
            Tls = Tls.Read(parsed, address),
            UserName = user,
            Password = password is null ? default(ReadOnlyMemory<byte>?) : Encoding.UTF8.GetBytes(password),
        };
    }

    private static void WriteLine(DoctorStep step)
    {
        string mark = step.ExitCode == ExitCode.Done ? "  " : "!!";
        string verdict = TerminalText.Escape(ToolWords.Of(step.Verdict).ReplaceLineEndings(" "));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{mark} {step.Name,-8} {step.Time.TotalMilliseconds,8:0.0} ms  {verdict}"));
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
            json.WriteString("verdict", TerminalText.Escape(ToolWords.Of(step.Verdict).ReplaceLineEndings(" ")));
            json.WriteEndObject();
        }

        Console.WriteLine(Encoding.UTF8.GetString(buffer.ToArray()));
    }
}
