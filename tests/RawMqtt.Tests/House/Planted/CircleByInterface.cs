// SPDX-License-Identifier: MIT

namespace RawMqtt.Tests.House.Planted;

/// <summary>Names the interface alone; <see cref="CircleStart"/> is its one implementer.</summary>
internal static class CircleByInterface
{
    public static int Turn(ICircle? start) => start?.Turn() ?? 0;
}
