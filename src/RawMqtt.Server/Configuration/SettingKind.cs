// SPDX-License-Identifier: MIT

namespace RawMqtt.Server.Configuration;

/// <summary>The form of a setting's value, and its type: bool, string, a list of strings, long or TimeSpan.</summary>
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
}
