// SPDX-License-Identifier: MIT

using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using RawMqtt.Tests.RuleIndex;

namespace RawMqtt.Tests.House;

/// <summary>The pure layers, each compiled with only those below it, refer to nothing that could wait, wander or surprise.</summary>
public class SliceTests
{
    /// <summary>Types by full name, or whole namespaces with a dot at the end.</summary>
    private static readonly string[] Forbidden =
    [
        "System.IO.", "System.Net.", "System.Console", "System.Diagnostics.Process", // socket and file
        "System.TimeProvider", "System.Diagnostics.Stopwatch", "System.Timers.",     // clock and timer
        "System.Threading.",                                                         // thread and task
        "System.Random", "System.Guid", "System.Security.Cryptography.RandomNumberGenerator", // randomness
    ];

    /// <summary>A memory barrier waits for nobody.</summary>
    private static readonly string[] Allowed = ["System.Threading.Interlocked", "System.Threading.Volatile"];

    private static readonly (string Type, string Member)[] ForbiddenMembers =
    [
        ("System.DateTime", "get_Now"), ("System.DateTime", "get_UtcNow"), ("System.DateTimeOffset", "get_Now"), ("System.DateTimeOffset", "get_UtcNow"),
        ("System.Environment", "get_TickCount"), ("System.Environment", "get_TickCount64"),
    ];

    [Theory]
    [InlineData("1-Codec")]
    [InlineData("2-WebSockets")]
    [InlineData("3-Sessions")]
    [InlineData("4-Brokers")]
    public void Slice_refers_to_nothing_impure(string slice)
    {
        using var file = new PEReader(File.OpenRead(PathOf(slice)));
        MetadataReader metadata = file.GetMetadataReader();

        string[] types = metadata.TypeReferences.Select(handle => NameOf(metadata, handle)).ToArray();
        string[] members = metadata.MemberReferences.Select(metadata.GetMemberReference)
            .Where(member => member.Parent.Kind == HandleKind.TypeReference)
            .Where(member => ForbiddenMembers.Contains((NameOf(metadata, (TypeReferenceHandle)member.Parent), metadata.GetString(member.Name))))
            .Select(member => metadata.GetString(member.Name))
            .ToArray();

        Assert.NotEmpty(types);
        Assert.DoesNotContain(types, IsForbidden);
        Assert.Empty(members);
    }

    [Fact]
    public void Library_itself_would_not_pass()
    {
        using var file = new PEReader(File.OpenRead(typeof(QualityOfService).Assembly.Location));
        MetadataReader metadata = file.GetMetadataReader();

        Assert.Contains(metadata.TypeReferences.Select(handle => NameOf(metadata, handle)), IsForbidden);
    }

    private static bool IsForbidden(string type) =>
        !Allowed.Contains(type) && Forbidden.Any(entry => entry.EndsWith('.') ? type.StartsWith(entry, StringComparison.Ordinal) : type == entry);

    private static string NameOf(MetadataReader metadata, TypeReferenceHandle handle)
    {
        TypeReference type = metadata.GetTypeReference(handle);
        string name = metadata.GetString(type.Name);
        return type.ResolutionScope.Kind == HandleKind.TypeReference
            ? $"{NameOf(metadata, (TypeReferenceHandle)type.ResolutionScope)}.{name}"
            : $"{metadata.GetString(type.Namespace)}.{name}";
    }

    /// <summary>Beside this assembly, in the same configuration.</summary>
    private static string PathOf(string slice)
    {
        string configuration = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)).Parent!.Name;
        return Repository.PathOf($"tests/RawMqtt.Slices/bin/{slice}/{configuration}/net10.0/{slice}.dll");
    }
}
