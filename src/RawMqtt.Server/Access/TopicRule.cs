// SPDX-License-Identifier: MIT

namespace RawMqtt.Server.Access;

/// <summary>A line of an access file: a topic filter, which in a pattern may hold %u and %c, and what it allows.</summary>
internal readonly record struct TopicRule(string Filter, TopicRights Rights)
{
    public bool IsDenial => Rights == TopicRights.None;
}
