// SPDX-License-Identifier: MIT

namespace RawMqtt;

/// <summary>Specifies what a broker keeps of what it has acknowledged: sessions with their messages at QoS 1 and 2, retained messages and Wills.</summary>
public enum MqttDurability
{
    /// <summary>The broker keeps all in memory. It is lost with the process.</summary>
    None,

    /// <summary>The broker writes each step to a file before it acknowledges it. It survives the end of the process, also by a crash or kill -9, and may be
    /// lost with the power.</summary>
    Process,

    /// <summary>The broker waits in addition until the step is on the disk. It survives a loss of power, if the disk keeps what it has confirmed.</summary>
    Disk,
}
