// SPDX-License-Identifier: MIT

namespace RawMqtt.Tests.Clients;

/// <summary>Its reads heed neither their token nor its end, which never comes.</summary>
internal sealed class DeafStream(Stream inner) : StubbornStream(inner)
{
    public override async ValueTask DisposeAsync()
    {
        await new TaskCompletionSource().Task;
        await base.DisposeAsync();
    }
}
