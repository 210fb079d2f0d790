// SPDX-License-Identifier: MIT

namespace RawMqtt.Tests.House.Planted;

/// <summary>A public method below a private one, which <see cref="MemberOrderTests"/> must find.</summary>
internal static class MembersOutOfOrder
{
    private static int Early() => 1;

    public static int Late() => Early();
}
