// SPDX-License-Identifier: MIT

namespace RawMqtt.Cli;

/// <summary>What a shell needs to know of a command to complete it.</summary>
/// <param name="Path">The words that name it, such as <c>bench pub</c>; empty for the tool itself.</param>
/// <param name="Words">The words that may follow, with what they mean: commands, or the values of an argument.</param>
/// <param name="Options">Its options.</param>
/// <param name="TakesFiles">Whether other words may be the names of files.</param>
internal sealed record CompletedCommand(string Path, (string Word, string Description)[] Words, CompletedOption[] Options, bool TakesFiles);
