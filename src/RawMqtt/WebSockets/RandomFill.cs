// SPDX-License-Identifier: MIT

namespace RawMqtt.WebSockets;

/// <summary>Fills a span with bytes that no peer can predict: <c>Transports.Entropy</c>, or a known sequence in a test.</summary>
public delegate void RandomFill(Span<byte> bytes);
