// SPDX-License-Identifier: MIT

using RawMqtt.Fuzz;
using SharpFuzz;

// seeds TARGET FOLDER   writes what the fuzzer starts from
// run TARGET            waits for afl-fuzz
// replay TARGET FILE    runs one input, as a finding left it
switch (args)
{
    case ["seeds", var target, var folder]:
        int number = 0;
        foreach (byte[] seed in FuzzTarget.All[target].Seeds()) File.WriteAllBytes(Path.Combine(folder, $"{number++:D4}"), seed);
        return 0;

    case ["run", var target]:
        Action<byte[]> run = FuzzTarget.All[target].Run;
        Fuzzer.Run(stream =>
        {
            using var input = new MemoryStream();
            stream.CopyTo(input);
            // the first is read before afl-fuzz has surely written it, and afl-fuzz ends when it reaches no instrumented code
            run(input.Length > 0 ? input.ToArray() : FuzzTarget.All[target].Seeds().First());
        });
        return 0;

    case ["replay", var target, var file]:
        FuzzTarget.All[target].Run(File.ReadAllBytes(file));
        Console.WriteLine("holds");
        return 0;

    default:
        Console.Error.WriteLine($"seeds TARGET FOLDER | run TARGET | replay TARGET FILE; targets: {string.Join(", ", FuzzTarget.All.Keys)}");
        return 2;
}
