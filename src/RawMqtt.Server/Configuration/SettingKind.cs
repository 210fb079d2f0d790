// SPDX-License-Identifier: MIT

namespace RawMqtt.Server.Configuration;

/// <summary>The form of a setting's value, and its type: bool, string, a list of strings, long, TimeSpan or a list of bridges.</summary>
internal enum SettingKind
{
    Flag,
    Text,
    File,
    Choice,
    Texts,
    Count,
    Bytes,
    Time,
    Bridges,
}
