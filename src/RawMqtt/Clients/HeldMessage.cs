// SPDX-License-Identifier: MIT

using RawMqtt.Sessions;

namespace RawMqtt.Clients;

/// <summary>A message that the server gets an answer for only when the application is done with it. Several subscriptions may hold it.</summary>
internal sealed class HeldMessage(HeldMessages owner, Receipt receipt, int holders)
{
    private int copies;

    /// <summary>What acknowledges it on this connection. At QoS 1 it changes when the message comes again.</summary>
    public Receipt Receipt { get; set; } = receipt;

    /// <summary>The number of subscriptions that hold it.</summary>
    public int Holders { get; set; } = holders;

    /// <summary>Its number in the session file, if it is kept there; otherwise 0.</summary>
    public long StoredNumber { get; set; }

    /// <summary>Whether it is answered, or must not be any more.</summary>
    public bool IsReleased { get; set; }

    /// <summary>The message itself.</summary>
    public MqttMessage? Message { get; set; }

    /// <summary>Returns the message for one more holder: each acknowledges its own copy. The payload is shared.</summary>
    public MqttMessage CopyForHolder() => copies++ == 0 ? Message! : new MqttMessage(Message!);

    /// <summary>Counts one holder less, unless it is the last. Under the gate.</summary>
    /// <returns>Whether other subscriptions still hold it.</returns>
    public bool Leave()
    {
        if (Holders == 1) return false;
        Holders--;
        return true;
    }

    /// <summary>Lets go of it for one holder; when the last holder has called this, the server gets the answer.</summary>
    public void Release() => owner.Release(this);
}
