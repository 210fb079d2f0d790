// SPDX-License-Identifier: MIT

using RawMqtt.Codec;

namespace RawMqtt.Explain;

/// <summary>A check of the codec on a string, such as <see cref="TopicName.IsValid"/>.</summary>
internal delegate bool FieldCheck(ReadOnlySpan<byte> text, out ProtocolViolation? violation);
