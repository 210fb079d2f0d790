// SPDX-License-Identifier: MIT

namespace RawMqtt.Tests.House.Planted;

internal interface ICircle
{
    int Turn();
}
