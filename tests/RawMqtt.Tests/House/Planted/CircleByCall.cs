// SPDX-License-Identifier: MIT

namespace RawMqtt.Tests.House.Planted;

internal sealed class CircleByCall
{
    private readonly int begun = Environment.ProcessId;

    public int Turn() => begun + CircleByDelegate.Turn(static () => CircleByInterface.Turn(null));
}
