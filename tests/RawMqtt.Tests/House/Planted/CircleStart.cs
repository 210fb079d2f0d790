// SPDX-License-Identifier: MIT

namespace RawMqtt.Tests.House.Planted;

/// <summary>A circle that <see cref="CircleTests"/> must find: start, field, call, delegate, interface, start.</summary>
internal sealed class CircleStart(CircleByCall next) : ICircle
{
    public int Turn() => next.Turn();
}
