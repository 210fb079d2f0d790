// SPDX-License-Identifier: MIT

namespace RawMqtt.Extensions;

/// <summary>The topics of requests to a service. MQTT 3.1.1 has no field for an answer's topic or for a correlation: both are levels of the topic.</summary>
/// <remarks><code>
/// service/request/ASKER/NUMBER    the request
/// service/answer/ASKER/NUMBER     the answer
/// service/failure/ASKER/NUMBER    the responder could not answer; the payload is empty
/// </code></remarks>
internal static class RequestTopics
{
    public const string Request = "request";
    public const string Answer = "answer";
    public const string Failure = "failure";

    public static string Of(string service, string kind, string asker, string number) => $"{service}/{kind}/{asker}/{number}";

    /// <summary>Returns the answer's topic for a request's; null if that is not one of a request to this service.</summary>
    public static string? AnswerTo(string service, string topic, string kind)
    {
        string prefix = $"{service}/{Request}/";
        return topic.StartsWith(prefix, StringComparison.Ordinal) ? $"{service}/{kind}/{topic.AsSpan(prefix.Length)}" : null;
    }
}
