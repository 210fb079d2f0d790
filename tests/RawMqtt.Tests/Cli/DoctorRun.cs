// SPDX-License-Identifier: MIT

using RawMqtt.Cli;

namespace RawMqtt.Tests.Cli;

/// <summary>A run of the doctor in this process, and the steps that it reported.</summary>
internal sealed class DoctorRun
{
    private DoctorRun(List<DoctorStep> steps, int exitCode) => (Steps, ExitCode) = (steps, exitCode);

    public List<DoctorStep> Steps { get; }

    public int ExitCode { get; }

    public string Names => string.Join(' ', Steps.Select(step => step.Name));

    /// <summary>Gets the verdict of the step with this name.</summary>
    public string this[string step] => Steps.Single(one => one.Name == step).Verdict;

    public static async Task<DoctorRun> RunAsync(
        string url,
        MqttClientOptions? options = null,
        bool sendsLogin = false,
        string? page = null,
        string? topic = null,
        double? keepAlive = null,
        double? idle = null,
        double patience = 5)
    {
        DoctorTarget target = await DoctorTarget.ReadAsync(url);
        var steps = new List<DoctorStep>();
        var report = new DoctorReport(steps.Add);
        options ??= new MqttClientOptions();
        var time = TimeSpan.FromSeconds(patience);
        var session = new DoctorSession(target, options, time, report)
        {
            SendsLogin = sendsLogin,
            Topic = topic,
            KeepAlive = keepAlive is null ? null : TimeSpan.FromSeconds(keepAlive.Value),
            Idle = idle is null ? null : TimeSpan.FromSeconds(idle.Value),
            Grace = TimeSpan.FromSeconds(keepAlive > 0 ? 10 : 0),
        };
        var doctor = new Doctor(target, options, time, report) { Session = session, Page = page };
        await doctor.RunAsync(TestContext.Current.CancellationToken);
        return new DoctorRun(steps, report.ExitCode);
    }

    public override string ToString() => string.Join('\n', Steps);
}
