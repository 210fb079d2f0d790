// SPDX-License-Identifier: MIT

namespace RawMqtt.Tests.House.Planted;

/// <summary>A name that stands twice, which <see cref="TypeNameTests"/> must find.</summary>
internal static class SharedName;
