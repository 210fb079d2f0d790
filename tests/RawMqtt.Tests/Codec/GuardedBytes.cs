// SPDX-License-Identifier: MIT

using System.Runtime.InteropServices;

namespace RawMqtt.Tests.Codec;

/// <summary>Bytes that end, and begin as near as may be, at a page that no one may read: one look outside them kills the process.</summary>
/// <remarks>On a system without <c>mprotect</c> they are ordinary bytes.</remarks>
public sealed unsafe partial class GuardedBytes : IDisposable
{
    private byte[]? plain;
    private readonly nint pages;
    private readonly nint end;
    private nint start;
    private readonly nuint mapped;
    private int length;

    public GuardedBytes(ReadOnlySpan<byte> bytes, bool atStart = false)
    {
        length = bytes.Length;
        if (!OperatingSystem.IsLinux())
        {
            plain = bytes.ToArray();
            return;
        }

        nuint page = (nuint)Environment.SystemPageSize;
        nuint inner = ((nuint)length + page - 1) / page * page;
        mapped = inner + 2 * page;
        pages = MapPages(0, mapped, ReadWrite, PrivateAnonymous, -1, 0);
        if (pages == -1) throw new InvalidOperationException("No pages.");
        start = pages + (nint)(atStart ? page : page + inner - (nuint)length);
        end = start + length;
        bytes.CopyTo(new Span<byte>((void*)start, length));
        if (ProtectPages(pages, page, 0) != 0 || ProtectPages(pages + (nint)(page + inner), page, 0) != 0) throw new InvalidOperationException("No guard.");
    }

    /// <summary>Puts other bytes, at most as many as the first ones, before the same guard: new pages for each would cost far more than the copy.</summary>
    public void Replace(ReadOnlySpan<byte> bytes)
    {
        length = bytes.Length;
        if (plain is not null)
        {
            plain = bytes.ToArray();
            return;
        }

        start = end - length;
        bytes.CopyTo(Span);
    }

    public Span<byte> Span => plain ?? new Span<byte>((void*)start, length);

    public void Dispose()
    {
        if (plain is null && UnmapPages(pages, mapped) != 0) throw new InvalidOperationException("The pages stay.");
    }

    private const int ReadWrite = 0x1 | 0x2;
    private const int PrivateAnonymous = 0x2 | 0x20;

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint MapPages(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int ProtectPages(nint address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int UnmapPages(nint address, nuint length);
}
