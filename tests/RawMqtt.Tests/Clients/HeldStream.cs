// SPDX-License-Identifier: MIT

namespace RawMqtt.Tests.Clients;

/// <summary>Its writes are held, and heed their token.</summary>
internal sealed class HeldStream(Stream inner) : StubbornStream(inner)
{
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await Held.WaitAsync(cancellationToken);
        await base.WriteAsync(buffer, cancellationToken);
    }
}
