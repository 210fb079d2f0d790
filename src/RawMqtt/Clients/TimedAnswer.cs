// SPDX-License-Identifier: MIT

namespace RawMqtt.Clients;

/// <summary>An entry of <see cref="AckTimer"/>, which uses it again and again.</summary>
internal sealed class TimedAnswer
{
    public TimedAnswer() => Node = new LinkedListNode<TimedAnswer>(this);

    public LinkedListNode<TimedAnswer> Node { get; }

    public ITimedAnswer? Answer { get; set; }

    public TimeSpan SentAt { get; set; }
}
