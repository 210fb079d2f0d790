// SPDX-License-Identifier: MIT

using System.Reflection;

namespace RawMqtt.Tests.Compiled;

/// <summary>The lines that the IL of a method compiles from, beginning at an offset: a sequence point of the PDB.</summary>
public readonly record struct Statement(string File, int FirstLine, int LastLine, MethodBase Method, int Offset);
