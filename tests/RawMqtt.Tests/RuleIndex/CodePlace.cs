// SPDX-License-Identifier: MIT

using RawMqtt.Tests.Compiled;

namespace RawMqtt.Tests.RuleIndex;

/// <summary>A place in the library's sources that cites a rule.</summary>
/// <param name="File">Below the working copy.</param>
/// <param name="Line">The line of the citation, from 1.</param>
/// <param name="Member">The member that compiles from this line; null when there is none.</param>
public sealed record CodePlace(string File, int Line, SourceMember? Member);
