// SPDX-License-Identifier: MIT

using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RawMqtt.Cli;

namespace RawMqtt.Tests.Cli;

/// <summary>The authority and the certificate of <c>rawmqtt dev-cert</c>: what they are for, when they are made anew, and who can read the keys.</summary>
public sealed class DevCertificatesTests : IDisposable
{
    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory();
    private readonly DateTimeOffset now = DateTimeOffset.UtcNow;

    private string Folder => Path.Combine(root.FullName, "keys", "dev-cert");

    public void Dispose() => root.Delete(recursive: true);

    [Fact]
    public void The_authority_may_issue_for_its_names_alone_and_make_no_other_authority()
    {
        DevCertificates made = Ensure("broker.lan", "10.1.2.3");
        using X509Certificate2 authority = X509CertificateLoader.LoadCertificateFromFile(made.AuthorityFile);

        X509BasicConstraintsExtension basic = authority.Extensions.OfType<X509BasicConstraintsExtension>().Single();
        X509Extension constraints = authority.Extensions.Single(extension => extension.Oid!.Value == "2.5.29.30");
        Assert.Equal((true, true, true, 0), (basic.Critical, basic.CertificateAuthority, basic.HasPathLengthConstraint, basic.PathLengthConstraint));
        Assert.True(constraints.Critical);
        // RFC 5280 4.2.1.10: permitted localhost and broker.lan, 127/8, ::1 and 10.1.2.3
        string permitted = "300B82096C6F63616C686F7374" + "300C820A62726F6B65722E6C616E" + "300A87087F000000FF000000"
            + "30228720" + "00000000000000000000000000000001" + new string('F', 32) + "300A87080A010203FFFFFFFF";
        Assert.Equal($"30{permitted.Length / 2 + 2:X2}A0{permitted.Length / 2:X2}{permitted}", Convert.ToHexString(constraints.RawData));
    }

    [Theory]
    [InlineData("localhost", true)]
    [InlineData("127.0.0.9", true)]
    [InlineData("::1", true)]
    [InlineData("broker.lan", true)]
    [InlineData("evil.example", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("::2", false)]
    public void A_certificate_for_another_name_is_not_trusted_though_the_authority_signed_it(string name, bool isTrusted)
    {
        DevCertificates made = Ensure("broker.lan");
        using X509Certificate2 authority = X509Certificate2.CreateFromPemFile(made.AuthorityFile, Path.Combine(Folder, "ca.key"));
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 server = DevIssuer.NewServer(authority, key, new DevNames([name]), now);
        // NewServer always adds the local names, which are permitted: the one that is tested decides
        Assert.Equal(isTrusted, ChainOf(authority).Build(server));
    }

    [Fact]
    public void The_certificate_is_for_all_names_and_90_days()
    {
        DevCertificates made = Ensure("Broker.LAN", "[fd00::5]", "localhost");
        using X509Certificate2 server = X509Certificate2.CreateFromPemFile(made.ServerFile, made.ServerKeyFile);
        using X509Certificate2 authority = X509CertificateLoader.LoadCertificateFromFile(made.AuthorityFile);

        Assert.Equal("localhost, broker.lan, 127.0.0.1, ::1, fd00::5", made.Names.ToString());
        Assert.All(["localhost", "broker.lan", "127.0.0.1", "::1", "fd00::5"], name => Assert.True(server.MatchesHostname(name), name));
        Assert.Equal(90, (server.NotAfter.ToUniversalTime() - now).TotalDays, 0.1);
        Assert.True(ChainOf(authority).Build(server));
        Assert.Equal(made.Pin, $"sha256//{Convert.ToBase64String(SHA256.HashData(server.PublicKey.ExportSubjectPublicKeyInfo()))}");
    }

    [Fact]
    public void Only_the_user_can_enter_the_folder_and_read_the_keys()
    {
        if (OperatingSystem.IsWindows()) return;
        Ensure();
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Folder));
        foreach (string key in new[] { "ca.key", "server.key" })
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(Folder, key)));
        }

        File.SetUnixFileMode(Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherExecute);
        Assert.Contains("open to them", Assert.Throws<IOException>(() => Ensure()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_that_others_could_read_is_replaced()
    {
        if (OperatingSystem.IsWindows()) return;
        string pin = Ensure().Pin;
        File.SetUnixFileMode(Path.Combine(Folder, "server.key"), UnixFileMode.UserRead | UnixFileMode.GroupRead);
        DevCertificates after = Ensure();
        Assert.NotEqual(pin, after.Pin);
        Assert.Equal((false, true), (after.IsNewAuthority, after.IsNewServer));

        File.SetUnixFileMode(Path.Combine(Folder, "ca.key"), UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Assert.True(Ensure().IsNewAuthority);
    }

    [Theory]
    [InlineData(59, false, false)]
    [InlineData(61, false, true)]
    [InlineData(200, false, true)]
    [InlineData(641, true, true)]
    [InlineData(3000, true, true)]
    [InlineData(-1, true, true)]
    public void What_runs_low_is_made_anew_and_the_pin_stays(int days, bool isNewAuthority, bool isNewServer)
    {
        DevCertificates before = Ensure("broker.lan");
        DevCertificates after = DevCertificates.Ensure(Folder, [], now.AddDays(days));

        Assert.Equal((isNewAuthority, isNewServer), (after.IsNewAuthority, after.IsNewServer));
        Assert.Equal((before.Pin, before.Names.ToString()), (after.Pin, after.Names.ToString()));
        Assert.True(after.ServerUntil <= after.AuthorityUntil);
        DevCertificates again = DevCertificates.Ensure(Folder, [], now.AddDays(days));
        Assert.Equal((false, false), (again.IsNewAuthority, again.IsNewServer));
    }

    [Fact]
    public void Other_names_need_another_authority_and_none_keep_those_of_the_last_time()
    {
        Assert.True(Ensure("broker.lan").IsNewAuthority);
        Assert.False(Ensure().IsNewServer);
        Assert.False(Ensure("broker.lan").IsNewServer);
        Assert.True(Ensure("other.lan").IsNewAuthority);
        Assert.True(Ensure("localhost").IsNewAuthority);
        Assert.Equal("localhost, 127.0.0.1, ::1", Ensure().Names.ToString());
    }

    [Theory]
    [InlineData("ca.pem")]
    [InlineData("ca.key")]
    [InlineData("server.pem")]
    [InlineData("server.key")]
    public void A_file_that_is_missing_empty_cut_or_of_another_pair_is_replaced(string file)
    {
        string path = Path.Combine(Folder, file);
        using var others = new TestFolder();
        DevCertificates.Ensure(others.Path, [], now);
        Action[] damages =
        [
            () => File.Delete(path), () => Empty(path), () => Cut(path), () => File.Copy(Path.Combine(others.Path, file), path, overwrite: true),
        ];
        foreach (Action damage in damages)
        {
            Ensure();
            damage();
            DevCertificates after = Ensure();

            using X509Certificate2 server = X509Certificate2.CreateFromPemFile(after.ServerFile, after.ServerKeyFile);
            using X509Certificate2 authority = X509Certificate2.CreateFromPemFile(after.AuthorityFile, Path.Combine(Folder, "ca.key"));
            Assert.True(after.IsNewServer);
            Assert.True(ChainOf(authority).Build(server));
        }
    }

    [Fact]
    public async Task Several_at_once_agree()
    {
        DevCertificates[] all = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Ensure("broker.lan"))));

        Assert.Single(all, one => one.IsNewAuthority);
        Assert.Single(all.Select(one => one.Pin).Distinct());
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("*.lan")]
    [InlineData("-a.lan")]
    [InlineData("a..lan")]
    [InlineData("bücher.example")]
    [InlineData("1")]
    [InlineData("10.1.2")]
    [InlineData("10.1.2.300")]
    [InlineData("fe80::1%eth0")]
    [InlineData("a\nb")]
    [InlineData("a.lan\n")]
    [InlineData("host:8084")]
    public void What_is_no_name_is_refused_before_a_file_is_written(string name)
    {
        Assert.Throws<ArgumentException>(() => Ensure(name));
        Assert.False(Directory.Exists(Folder));
    }

    [Fact]
    public void A_line_for_a_shell_quotes_what_the_shell_would_read()
    {
        DevCertificates made = DevCertificates.Ensure(Path.Combine(root.FullName, "a'b $(c)"), [], now);

        (string Client, string Line)[] lines = [.. DevTrust.Lines(made, ["wss://0.0.0.0:1/mqtt", "mqtts://[::1]:2"])];

        string quoted = $@"'{root.FullName}/a'\''b $(c)/ca.pem'";
        Assert.Contains(("curl", $"curl --cacert {quoted} https://localhost:1/mqtt"), lines);
        string net = OperatingSystem.IsLinux() ? $"SSL_CERT_FILE={quoted} dotnet run --no-restore" : ""; // a restore needs the other authorities
        Assert.Contains(lines, line => line.Client == ".net" && line.Line.StartsWith(net, StringComparison.Ordinal));
        Assert.Contains(("mosquitto", $"mosquitto_sub -h ::1 -p 2 --cafile {quoted} -t test"), lines);
    }

    private static void Empty(string path) => File.WriteAllText(path, "");

    private static void Cut(string path)
    {
        string text = File.ReadAllText(path);
        File.WriteAllText(path, text[..(text.Length / 3)]);
    }

    private static X509Chain ChainOf(X509Certificate2 authority)
    {
        var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(X509CertificateLoader.LoadCertificate(authority.RawData));
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain;
    }

    private DevCertificates Ensure(params string[] names) => DevCertificates.Ensure(Folder, names, now);

    /// <summary>A folder that does not exist yet, and goes with what is in it.</summary>
    private sealed class TestFolder : IDisposable
    {
        private readonly DirectoryInfo root = Directory.CreateTempSubdirectory();

        public string Path => System.IO.Path.Combine(root.FullName, "other");

        public void Dispose() => root.Delete(recursive: true);
    }
}
