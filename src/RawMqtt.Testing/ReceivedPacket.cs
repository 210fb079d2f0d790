// SPDX-License-Identifier: MIT

using RawMqtt.Codec;

namespace RawMqtt.Testing;

/// <summary>Represents a packet that a client sent to a <see cref="ScriptedConnection"/>.</summary>
/// <param name="Header">The fixed header, section 2.2.</param>
/// <param name="Body">What follows it.</param>
public sealed record ReceivedPacket(FixedHeader Header, ReadOnlyMemory<byte> Body)
{
    /// <summary>Gets the type of the packet.</summary>
    public PacketType Type => Header.Type;

    /// <summary>Reads the body of a PUBLISH.</summary>
    /// <exception cref="InvalidOperationException">It is another packet, or it breaks a rule.</exception>
    public PublishPacket AsPublish() => Type == PacketType.Publish && PublishPacket.TryRead(Header, Body.Span, out PublishPacket packet, out _)
        ? packet : throw new InvalidOperationException($"{this} is no PUBLISH.");

    /// <summary>Reads the body of a CONNECT.</summary>
    /// <exception cref="InvalidOperationException">It is another packet, or it breaks a rule.</exception>
    public ConnectPacket AsConnect() => Type == PacketType.Connect && ConnectPacket.TryRead(Body.Span, out ConnectPacket packet, out _)
        ? packet : throw new InvalidOperationException($"{this} is no CONNECT.");

    /// <summary>Returns the type and the length.</summary>
    public override string ToString() => $"{Type} of {Header.PacketLength} bytes";
}
