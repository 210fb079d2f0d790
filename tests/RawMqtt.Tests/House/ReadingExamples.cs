// SPDX-License-Identifier: MIT

using System.Text.Json.Serialization;

namespace RawMqtt.Tests.House;

// README >
internal sealed record Reading(string Sensor, double Degrees);

[JsonSerializable(typeof(Reading))]
internal sealed partial class ReadingJson : JsonSerializerContext;
// README <
