// SPDX-License-Identifier: MIT

using System.Text.Json.Serialization;

namespace RawMqtt.Tests.Extensions;

internal sealed record Reading(string Sensor, double Degrees);

[JsonSerializable(typeof(Reading))]
internal sealed partial class ReadingJson : JsonSerializerContext;
