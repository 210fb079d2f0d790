// SPDX-License-Identifier: MIT

using RawMqtt.Codec;

namespace RawMqtt.Tests.Codec;

/// <summary>Random bytes that get past the fixed header: allowed first bytes, true lengths, and behind them random small fields.</summary>
public sealed record LikelyBytes(MqttRole Sender, byte[] Bytes)
{
    public override string ToString() => $"{Sender}: {Convert.ToHexString(Bytes)}";
}
