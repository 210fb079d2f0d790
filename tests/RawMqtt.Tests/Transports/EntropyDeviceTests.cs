// SPDX-License-Identifier: MIT

using RawMqtt.Transports;

namespace RawMqtt.Tests.Transports;

/// <summary>The generator fails closed: where there are no random bytes there is an exception.</summary>
public sealed class EntropyDeviceTests
{
    [Fact]
    public void Bytes_of_the_system_differ_each_time()
    {
        byte[] first = new byte[4096];
        byte[] second = new byte[4096];

        Entropy.Fill(first);
        Entropy.Fill(second);

        Assert.NotEqual(first, second);
        Assert.InRange(first.Distinct().Count(), 200, 256);
    }

    [Fact]
    public void Digits_are_as_many_as_asked_for()
    {
        string digits = Entropy.NewDigits(8);

        Assert.Matches("^[0-9a-f]{8}$", digits);
        Assert.NotEqual(digits, Entropy.NewDigits(8));
    }

    /// <summary>A read of this file gives one UUID of 37 bytes, whatever was asked for.</summary>
    [Fact]
    public void Short_reads_are_continued()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The file exists on Linux.");
        using var device = new EntropyDevice("/proc/sys/kernel/random/uuid");
        byte[] bytes = new byte[1000];

        device.Fill(bytes);

        Assert.DoesNotContain((byte)0, bytes);
    }

    [Fact]
    public void Device_that_gives_no_more_bytes_ends_in_an_exception()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The device exists on Linux.");
        using var device = new EntropyDevice("/dev/null");

        Assert.Throws<EndOfStreamException>(() => device.Fill(new byte[4]));
    }

    [Fact]
    public void Missing_device_ends_in_an_exception() => Assert.ThrowsAny<IOException>(() => new EntropyDevice("/dev/no-such-device"));

    [Fact]
    public void Device_that_cannot_be_opened_ends_in_an_exception() => Assert.ThrowsAny<IOException>(() => new EntropyDevice(Path.GetTempPath()));

    /// <summary>A file in the place of the device would give the same keys again and again.</summary>
    [Fact]
    public void File_with_bytes_is_no_device()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, new byte[8192]);
            Assert.Throws<IOException>(() => new EntropyDevice(path));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
