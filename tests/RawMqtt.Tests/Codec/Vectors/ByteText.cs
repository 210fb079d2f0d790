// SPDX-License-Identifier: MIT

using System.Globalization;
using System.Text;

namespace RawMqtt.Tests.Codec.Vectors;

/// <summary>Bytes as a reader of the specification writes them: <c>30 05 | 00 01 'a' | 'hi'</c>, and <c>61*200</c> for two hundred of one kind.</summary>
public static class ByteText
{
    public static byte[] Parse(string text)
    {
        var bytes = new List<byte>();
        int i = 0;
        while (i < text.Length)
        {
            if (text[i] is ' ' or '|')
            {
                i++;
            }
            else if (text[i] == '\'')
            {
                int end = text.IndexOf('\'', i + 1);
                bytes.AddRange(Encoding.UTF8.GetBytes(text[(i + 1)..end]));
                i = end + 1;
            }
            else
            {
                int end = text.IndexOf(' ', i) is var space and >= 0 ? space : text.Length;
                string[] byteAndCount = text[i..end].Split('*');
                int count = byteAndCount.Length > 1 ? int.Parse(byteAndCount[1], CultureInfo.InvariantCulture) : 1;
                bytes.AddRange(Enumerable.Repeat(byte.Parse(byteAndCount[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture), count));
                i = end;
            }
        }

        return [.. bytes];
    }
}
