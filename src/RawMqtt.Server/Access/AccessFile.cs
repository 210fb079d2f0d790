// SPDX-License-Identifier: MIT

using System.Text;
using RawMqtt.Codec;

namespace RawMqtt.Server.Access;

/// <summary>Reads an access file, in the syntax of mosquitto's acl_file.</summary>
/// <remarks><code>
/// # a comment
/// topic read $SYS/#              rules before the first user line hold for clients without a user name
/// user alice                     the rules below hold for alice
/// topic [read|write|readwrite|deny] FILTER
/// pattern [read|write|readwrite|deny] FILTER    holds for all clients; %u is the user name, %c the client identifier
/// </code></remarks>
internal static class AccessFile
{
    private static readonly char[] blanks = [' ', '\t'];

    /// <summary>Reads a file.</summary>
    /// <exception cref="ConfigurationException">The file cannot be read, or a line is wrong; the message has the number of the line.</exception>
    public static AccessRules Read(string path)
    {
        try
        {
            return Parse(path, File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException($"The access file {path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Reads the content of a file.</summary>
    internal static AccessRules Parse(string path, ReadOnlySpan<byte> content)
    {
        if (content.StartsWith(Encoding.UTF8.Preamble)) content = content[3..];
        var anonymous = new List<TopicRule>();
        var users = new Dictionary<string, List<TopicRule>>();
        var patterns = new List<TopicRule>();
        List<TopicRule> current = anonymous;
        int number = 0;
        foreach (Range range in content.Split((byte)'\n'))
        {
            number++;
            if (!System.Text.Unicode.Utf8.IsValid(content[range])) throw Fault(path, number, "it is not UTF-8");
            string line = Encoding.UTF8.GetString(content[range]).TrimEnd().TrimStart(blanks);
            if (line.Length == 0 || line[0] == '#') continue;
            (string word, string rest) = TakeWord(line);
            switch (word)
            {
                case "user" when rest.Length > 0:
                    if (!users.TryGetValue(rest, out List<TopicRule>? rules)) users.Add(rest, rules = []);
                    current = rules;
                    break;
                case "topic" or "pattern" when rest.Length > 0:
                    (word == "topic" ? current : patterns).Add(RuleOf(rest) ?? throw Fault(path, number, FaultOf(rest)));
                    break;
                default:
                    string fault = word switch { "user" => "the user name is missing", "topic" or "pattern" => "the topic filter is missing", _ => "" };
                    throw Fault(path, number, fault.Length > 0 ? fault : "it begins with none of user, topic and pattern");
            }
        }

        return new AccessRules(anonymous, users, patterns);
    }

    /// <summary>A single word is a filter, with read and write access.</summary>
    private static TopicRule? RuleOf(string text)
    {
        (string word, string rest) = TakeWord(text);
        string filter = rest.Length > 0 ? rest : word;
        TopicRights? rights = rest.Length == 0 ? TopicRights.Read | TopicRights.Write : word switch
        {
            "read" => TopicRights.Read,
            "write" => TopicRights.Write,
            "readwrite" => TopicRights.Read | TopicRights.Write,
            "deny" => TopicRights.None,
            _ => null,
        };
        return rights is not null && TopicFilter.IsValid(Encoding.UTF8.GetBytes(filter), out _) ? new TopicRule(filter, rights.Value) : null;
    }

    private static string FaultOf(string text)
    {
        (string word, string rest) = TakeWord(text);
        bool isAccess = rest.Length == 0 || word is "read" or "write" or "readwrite" or "deny";
        return isAccess ? $"{(rest.Length > 0 ? rest : word)} is no valid topic filter" : $"\"{word}\" is none of read, write, readwrite and deny";
    }

    private static (string First, string Others) TakeWord(string text)
    {
        int end = text.IndexOfAny(blanks);
        return end < 0 ? (text, "") : (text[..end], text[end..].Trim(blanks));
    }

    private static ConfigurationException Fault(string path, int line, string fault) => new($"{path}:{line}: the line is no access rule: {fault}.");
}
