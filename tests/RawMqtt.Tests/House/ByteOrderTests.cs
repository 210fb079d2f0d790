// SPDX-License-Identifier: MIT

using System.Text.RegularExpressions;
using RawMqtt.Tests.RuleIndex;

namespace RawMqtt.Tests.House;

/// <summary>The library gives the same bytes on machines of either byte order: numbers of the protocols go through BinaryPrimitives.</summary>
public partial class ByteOrderTests
{
    /// <summary>What reads memory as wider numbers, and why the order of their bytes does not matter.</summary>
    private static readonly (string File, string Reason)[] Exceptions =
    [
        ("Brokers/Utf8Comparer.cs", "a hash that stays in the process"),
        ("Codec/PlainText.cs", "asks the same of each byte of a word"),
        ("Codec/ShortCopy.cs", "moves words and does not look at them"),
        ("Serving/BrokerShell.cs", "seeds are random"),
        ("Serving/KnownLogins.cs", "a key that stays in the process"),
        ("Transports/Poller.cs", "the system's events are in the order of the machine"),
        ("WebSockets/FrameHeader.cs", "a mask key stays in the order of the frame"),
        ("WebSockets/FrameReader.cs", "a mask key stays in the order of the frame"),
        ("WebSockets/MaskKeys.cs", "keys are random"),
        ("WebSockets/Masking.cs", "turns the key by the order of the machine"),
    ];

    [Fact]
    public void Only_listed_files_read_memory_as_numbers()
    {
        string[] found = Repository.SourceFiles("src/RawMqtt")
            .Where(file => NumberOfMemory().IsMatch(File.ReadAllText(Repository.PathOf(file))))
            .Select(file => file["src/RawMqtt/".Length..])
            .Order(StringComparer.Ordinal)
            .ToArray();

        Assert.Equal(Exceptions.Select(exception => exception.File), found);
        Assert.All(Exceptions, exception => Assert.NotEmpty(exception.Reason));
    }

    [Theory]
    [InlineData("int n = BitConverter.ToInt32(bytes);")]
    [InlineData("uint n = Unsafe.ReadUnaligned<uint>(ref bytes[0]);")]
    [InlineData("MemoryMarshal.Cast<byte, ushort>(bytes)")]
    public void Planted_read_is_seen(string line) => Assert.Matches(NumberOfMemory(), line);

    [GeneratedRegex(@"BitConverter\.|Unsafe\.(Read|Write)Unaligned|Unsafe\.As<byte|MemoryMarshal\.(Cast|Read|Write|AsRef)\b")]
    private static partial Regex NumberOfMemory();
}
