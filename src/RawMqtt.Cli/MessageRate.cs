// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Text;

namespace RawMqtt.Cli;

/// <summary>Prints once a second how many messages came in that second.</summary>
internal sealed class MessageRate : IDisposable
{
    private readonly BatchedOutput output;
    private readonly Timer timer;
    private int count;

    public MessageRate(BatchedOutput output)
    {
        this.output = output;
        timer = new Timer(_ => Print(), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
    }

    public void Count() => Interlocked.Increment(ref count);

    /// <summary>Ends the counting, and prints what came in the second that has begun.</summary>
    public void Dispose()
    {
        timer.Dispose();
        if (Volatile.Read(ref count) > 0) Print(); // once, also if it is called again
    }

    private void Print()
    {
        try
        {
            output.Add(Encoding.ASCII.GetBytes(Interlocked.Exchange(ref count, 0).ToString(CultureInfo.InvariantCulture) + "\n"));
        }
        catch (IOException)
        {
            // the output says so itself, and ends the command
        }
    }
}
