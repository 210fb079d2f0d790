// SPDX-License-Identifier: MIT

namespace RawMqtt.Codec;

/// <summary>A control packet that can be written.</summary>
/// <remarks>Each packet also has a static <c>TryRead</c>. If that returns false, the content of <c>packet</c> is undefined.</remarks>
public interface IControlPacket
{
    /// <summary>Gets the length of the packet in bytes, including the fixed header.</summary>
    int Length { get; }

    /// <summary>Writes the packet to the start of <paramref name="destination"/>, and returns its <see cref="Length"/>.</summary>
    /// <param name="destination">Must not overlap the spans of the packet. After an exception its content is undefined.</param>
    /// <exception cref="ArgumentException">A field would break a rule, which the message names, or <paramref name="destination"/> is too short.</exception>
    int Write(Span<byte> destination);
}
