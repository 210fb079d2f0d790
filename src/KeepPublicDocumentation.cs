// SPDX-License-Identifier: MIT

using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.Build.Utilities;

/// <summary>A task of the build: removes from a documentation file what is not in the public surface that was reviewed, PublicApi.txt.</summary>
public class KeepPublicDocumentation : Task
{
    public string Surface { get; set; }

    public string Documentation { get; set; }

    public override bool Execute()
    {
        var members = new Dictionary<string, string>();
        string type = "";
        foreach (string line in File.ReadLines(Surface))
        {
            if (line.StartsWith("  ", StringComparison.Ordinal)) members[type] += line + "\n";
            else members[type = Regex.Match(line, @"RawMqtt[\w.]*").Value] = "";
        }

        XDocument document = XDocument.Load(Documentation, LoadOptions.PreserveWhitespace);
        foreach (XElement member in document.Descendants("member").ToArray())
        {
            if (!IsPublic(member.Attribute("name").Value, members)) member.Remove();
        }

        document.Save(Documentation, SaveOptions.DisableFormatting);
        return true;
    }

    private static bool IsPublic(string id, Dictionary<string, string> members)
    {
        string name = Regex.Replace(id.Substring(2).Split('(', '~')[0], @"``?\d+", "");
        if (id[0] == 'T') return members.ContainsKey(name);
        int dot = name.Replace(".#", ".").LastIndexOf('.');
        if (!members.TryGetValue(name.Substring(0, dot), out string lines)) return false;
        string own = name.Substring(dot + 1).TrimStart('#');
        return own.StartsWith("op_", StringComparison.Ordinal) || Regex.IsMatch(lines, own == "ctor" ? @"\bnew\(" : @"\b" + Regex.Escape(own) + @"\b");
    }
}
