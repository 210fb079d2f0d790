// SPDX-License-Identifier: MIT

namespace RawMqtt.Tests.House;

/// <summary>How large the library may be, layer by layer, and which framework assemblies it may refer to.</summary>
/// <remarks>
/// A number rises only together with an entry in <c>spec-notes/decisions/house.md</c> that says why the addition cannot stand on public types outside.
/// </remarks>
internal static class Budget
{
    /// <summary>Lines of code of the whole library.</summary>
    public const int MostLines = 14_292;

    /// <summary>Of Codec, WebSockets and Sessions together: what an embedded engineer copies.</summary>
    public const int MostLinesOfTheCore = 3589;

    /// <summary>Lines of code and public types that each layer may have. The layer named "" is the root.</summary>
    public static readonly (string Layer, int Lines, int PublicTypes, string Holds)[] Layers =
    [
        ("Codec", 900, 33, "packets: bytes to views and back"),
        ("WebSockets", 1250, 9, "RFC 6455: handshake, frames, masking, both roles"),
        ("Sessions", 1503, 4, "what each end remembers: QoS 1 and 2, identifiers, keep alive"),
        ("Brokers", 2676, 0, "the broker without sockets"),
        ("Storage", 450, 0, "the folder of a journal: segments, commits, damage, the lock"),
        ("Transports", 901, 4, "a stream that carries MQTT"),
        ("Dialling", 1194, 0, "the client's way to a stream, and the diagnosis"),
        ("Serving", 1973, 0, "the broker's shell: listeners, admission, hooks"),
        ("Clients", 2516, 0, "the parts of MqttClient"),
        ("", 995, 43, "MqttClient, MqttBroker and their options"),
    ];

    public static readonly string[] FrameworkAssemblies =
    [
        "System.Collections",
        "System.Collections.Concurrent",
        "System.Collections.NonGeneric",
        "System.Diagnostics.DiagnosticSource",
        "System.Diagnostics.Tracing",
        "System.IO.Pipelines",
        "System.Linq",
        "System.Memory",
        "System.Net.NameResolution",
        "System.Net.Primitives",
        "System.Net.Security",
        "System.Net.Sockets",
        "System.Runtime",
        "System.Runtime.InteropServices",
        "System.Runtime.Intrinsics",
        "System.Security.Cryptography",
        "System.Text.Encoding.Extensions",
        "System.Threading",
        "System.Threading.Channels",
        "System.Threading.Thread",
        "System.Threading.ThreadPool",
    ];

    /// <summary>The table of the README.</summary>
    public static string Table()
    {
        IEnumerable<string> rows = Layers.Select(layer =>
            $"| {(layer.Layer.Length == 0 ? "the root" : $"`{layer.Layer}/`")} | {layer.Holds} | {layer.Lines} | {layer.PublicTypes} |");
        return $"""
            | layer | what it holds | lines of code, at most | public types, at most |
            |---|---|---|---|
            {string.Join('\n', rows)}
            | all | of which Codec, WebSockets and Sessions at most {MostLinesOfTheCore} lines | {MostLines} | {Layers.Sum(layer => layer.PublicTypes)} |
            """;
    }

    /// <summary>Returns what is larger than the budget allows, one sentence each.</summary>
    public static IEnumerable<string> Excesses(Func<string, int> linesOf, Func<string, int> publicTypesOf)
    {
        foreach ((string layer, int lines, int publicTypes, string _) in Layers)
        {
            if (linesOf(layer) > lines) yield return $"{NameOf(layer)} has {linesOf(layer)} lines of code; its budget is {lines}.";
            if (publicTypesOf(layer) > publicTypes) yield return $"{NameOf(layer)} has {publicTypesOf(layer)} public types; its budget is {publicTypes}.";
        }

        int core = linesOf("Codec") + linesOf("WebSockets") + linesOf("Sessions");
        if (core > MostLinesOfTheCore) yield return $"Codec, WebSockets and Sessions have {core} lines of code; their budget is {MostLinesOfTheCore}.";
        int all = Layers.Sum(layer => linesOf(layer.Layer));
        if (all > MostLines) yield return $"The library has {all} lines of code; its budget is {MostLines}.";
    }

    private static string NameOf(string layer) => layer.Length == 0 ? "The root" : layer;
}
