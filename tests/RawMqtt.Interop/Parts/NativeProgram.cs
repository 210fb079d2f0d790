// SPDX-License-Identifier: MIT

using System.Collections.Concurrent;

namespace RawMqtt.Interop.Parts;

/// <summary>Programs as native code, published once by tests/native.sh and then kept until their sources change.</summary>
internal static class NativeProgram
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private static readonly SemaphoreSlim Two = new(2);
    private static readonly ConcurrentDictionary<string, Lazy<Task<string>>> Published = new();

    /// <summary>Publishes the program, if that was not done yet, and returns the path of its file.</summary>
    public static Task<string> PublishAsync(string name)
    {
        _ = RealPart.Clang;
        return Published.GetOrAdd(name, static name => new Lazy<Task<string>>(() => RunAsync(name))).Value;
    }

    private static async Task<string> RunAsync(string name)
    {
        await Two.WaitAsync();
        try
        {
            await using RealProcess script = RealProcess.Start("bash", Path.GetFullPath(Path.Combine(RealPart.Folder, "..", "native.sh")), name);
            script.CloseInput();
            Finished finished = await script.FinishAsync(Patience);
            Assert.True(finished.ExitCode == 0, finished.Output + finished.Error);
            return finished.Output.Trim().Split('\n')[^1];
        }
        finally
        {
            Two.Release();
        }
    }
}
