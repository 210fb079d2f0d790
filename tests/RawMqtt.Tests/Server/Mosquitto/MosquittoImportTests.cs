// SPDX-License-Identifier: MIT

using RawMqtt.Server;
using RawMqtt.Tests.RuleIndex;

namespace RawMqtt.Tests.Server.Mosquitto;

/// <summary>What becomes of a mosquitto.conf. The folder Fixtures has files, and beside each the configuration that it gives.</summary>
public sealed class MosquittoImportTests : IDisposable
{
    private const string Folder = "tests/RawMqtt.Tests/Server/Mosquitto/Fixtures";

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("rawmqtt-");

    public static TheoryData<string> Fixtures =>
        [.. Directory.EnumerateFiles(Repository.PathOf(Folder), "*.conf").Order(StringComparer.Ordinal).Select(file => Path.GetFileNameWithoutExtension(file))];

    public void Dispose() => folder.Delete(recursive: true);

    /// <summary>With RAWMQTT_WRITE_SPEC_NOTES set, this writes the files that it otherwise compares.</summary>
    [Theory]
    [MemberData(nameof(Fixtures))]
    public void Each_file_gives_the_configuration_that_was_reviewed(string name)
    {
        string included = folder.CreateSubdirectory("conf.d").FullName; // as after the installation of the package: nothing is in it
        string file = Path.Combine(folder.FullName, $"{name}.conf");
        string text = File.ReadAllText(Repository.PathOf($"{Folder}/{name}.conf"));
        File.WriteAllText(file, text.Replace("/etc/mosquitto/conf.d", included, StringComparison.Ordinal));
        MosquittoImport import = MosquittoImport.Read(file);
        string path = Repository.PathOf($"{Folder}/{name}.json");
        if (Environment.GetEnvironmentVariable("RAWMQTT_WRITE_SPEC_NOTES") is not null) File.WriteAllText(path, import.Text);
        Assert.Equal(File.ReadAllText(path), import.Text);
        Assert.DoesNotContain("not-to-be-seen", import.Text);
        Assert.All(import.Remarks, remark => Assert.Contains($"// not translated: {remark}\n", import.Text));
        Assert.NotEmpty(BrokerConfiguration.Default.WithFile(path).Settings.Options.Listeners);
    }

    [Fact]
    public void There_is_the_file_of_Debian_and_ten_of_our_own() => Assert.Equal(11, Fixtures.Count);

    [Fact]
    public void A_translated_file_is_a_configuration()
    {
        BrokerSettings settings = BrokerConfiguration.Default.WithFile(Repository.PathOf($"{Folder}/06-certificates.json")).Settings;
        Assert.Equal(["wss://192.0.2.7:8884/mqtt", "mqtts://0.0.0.0:8885"], settings.Options.Listeners);
        Assert.Equal((ClientCertificateUse.Required, ClientCertificateName.CommonName), (settings.ClientCertificates, settings.ClientCertificateUserName));
        Assert.Equal(("/etc/mosquitto/certs/server.crt", false), (settings.Options.CertificateFile, settings.Options.AllowAnonymous));
    }

    [Fact]
    public void A_connection_is_a_bridge()
    {
        BridgeSettings bridge = Assert.Single(BrokerConfiguration.Default.WithFile(Repository.PathOf($"{Folder}/08-bridge.json")).Settings.Bridges);
        Assert.Equal(("upstream", "bridge", "/etc/ssl/certs/ca-certificates.crt"), (bridge.Name, bridge.UserName, bridge.CertificateAuthorityFile));
        Assert.Equal(["mqtts://mqtt.example.com:8883"], bridge.Addresses);
        Assert.Equal(["sensors/# out 1"], bridge.Topics);
    }

    [Theory]
    [InlineData("topic a/# both 1", "a/# both 1", true, "the far broker must take bridges")]
    [InlineData("topic a/# both 1 l/ r/", "a/# both 1 l/ r/", true, "the far broker must take bridges")]
    [InlineData("topic a/#", "a/# out 0", false, "")]
    [InlineData("topic a/# in", "a/# in 0", false, "")]
    [InlineData("topic a/# sideways 1", "", false, "its form is not known")]
    [InlineData("topic a/# in 2 \"\" r/", "a/# in 2 \"\" r/", false, "")]
    [InlineData("bridge_insecure true", "", false, "no setting here")]
    [InlineData("remote_password not-to-be-seen", "", false, "PasswordFile")]
    public void An_option_of_a_connection_is_translated_or_told(string line, string topic, bool isBridge, string remark)
    {
        string main = Path.Combine(folder.FullName, "mosquitto.conf");
        File.WriteAllText(main, $"connection a/b\naddress [::1]:1884 host\n{line}\ntopic z out 1\n");
        MosquittoImport import = MosquittoImport.Read(main);
        string json = Path.Combine(folder.FullName, "broker.json");
        File.WriteAllText(json, import.Text);
        BridgeSettings bridge = Assert.Single(BrokerConfiguration.Default.WithFile(json).Settings.Bridges);
        Assert.Equal(("a-b", isBridge), (bridge.Name, bridge.IsBridge));
        Assert.Equal(["mqtt://[::1]:1884", "mqtt://host:1883"], bridge.Addresses);
        Assert.Equal(topic.Length == 0 ? ["z out 1"] : [topic, "z out 1"], bridge.Topics);
        string remarks = string.Join(' ', import.Remarks.Skip(1)); // the first is of the name
        Assert.True(remark.Length == 0 ? remarks.Length == 0 : remarks.Contains(remark), remarks);
        Assert.DoesNotContain("not-to-be-seen", import.Text);
    }

    [Fact]
    public void Included_files_are_read_in_the_order_of_their_names()
    {
        DirectoryInfo included = folder.CreateSubdirectory("conf.d");
        File.WriteAllText(Path.Combine(included.FullName, "b.conf"), "allow_anonymous true\n");
        File.WriteAllText(Path.Combine(included.FullName, "a.conf"), "listener 1885 127.0.0.1\n");
        File.WriteAllText(Path.Combine(included.FullName, "c.txt"), "listener 1886\n");
        string main = Path.Combine(folder.FullName, "mosquitto.conf");
        File.WriteAllText(main, $"include_dir {included.FullName}\n");
        MosquittoImport import = MosquittoImport.Read(main);
        Assert.Contains("\"Listeners\": [\"mqtt://127.0.0.1:1885\"], // a.conf:1", import.Text);
        Assert.Contains("\"AllowAnonymous\": true, // b.conf:1", import.Text);
        Assert.Empty(import.Remarks);
    }

    [Fact]
    public void A_file_that_includes_itself_ends()
    {
        string main = Path.Combine(folder.FullName, "mosquitto.conf");
        File.WriteAllText(main, $"include_dir {folder.FullName}\n");
        Assert.Contains("includes itself", Assert.Throws<ConfigurationException>(() => MosquittoImport.Read(main)).Message);
    }

    [Fact]
    public void A_missing_file_is_named() =>
        Assert.Contains("missing.conf", Assert.Throws<ConfigurationException>(() => MosquittoImport.Read("missing.conf")).Message);
}
