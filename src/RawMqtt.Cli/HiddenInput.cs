// SPDX-License-Identifier: MIT

using System.Text;

namespace RawMqtt.Cli;

/// <summary>Reads a secret from a terminal without showing it.</summary>
internal static class HiddenInput
{
    private const int MostCharacters = 4096;

    /// <summary>Gets whether there is a terminal to ask at.</summary>
    public static bool IsPossible => !Console.IsInputRedirected;

    /// <summary>Writes the question on the error output, and returns the line that is typed.</summary>
    public static string Ask(string question)
    {
        Console.Error.Write(question);
        var secret = new StringBuilder();
        while (Console.ReadKey(intercept: true) is { Key: not ConsoleKey.Enter } key)
        {
            if (key.Key == ConsoleKey.Backspace) secret.Length = Math.Max(0, secret.Length - 1);
            else if (!char.IsControl(key.KeyChar) && secret.Length < MostCharacters) secret.Append(key.KeyChar);
        }

        Console.Error.WriteLine();
        return secret.ToString();
    }
}
