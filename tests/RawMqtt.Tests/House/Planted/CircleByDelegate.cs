// SPDX-License-Identifier: MIT

namespace RawMqtt.Tests.House.Planted;

/// <summary>Names no type of this namespace, and yet runs a method of <see cref="CircleByCall"/>, which made the delegate.</summary>
internal static class CircleByDelegate
{
    public static int Turn(Func<int> next) => next();
}
