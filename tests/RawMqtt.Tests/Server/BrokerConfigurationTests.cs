// SPDX-License-Identifier: MIT

using System.Reflection;
using RawMqtt.Server;
using RawMqtt.Server.Configuration;
using RawMqtt.Tests.RuleIndex;

namespace RawMqtt.Tests.Server;

/// <summary>The settings of a broker and their sources.</summary>
public sealed class BrokerConfigurationTests
{
    /// <summary>What cannot stand in a file: functions of a program, and a secret.</summary>
    private static readonly string[] notSettable =
    [
        nameof(MqttBrokerOptions.KeyPassword), nameof(MqttBrokerOptions.Authenticate), nameof(MqttBrokerOptions.AuthorizePublish),
        nameof(MqttBrokerOptions.AuthorizeSubscribe), nameof(MqttBrokerOptions.CanRead), nameof(MqttBrokerOptions.CanWrite),
        nameof(MqttBrokerOptions.ConfigureTls), nameof(MqttBrokerOptions.Identify), nameof(MqttBrokerOptions.AnswerGet), nameof(MqttBrokerOptions.AnswerHttp),
        nameof(MqttBrokerOptions.Observe), nameof(MqttBrokerOptions.Starting), nameof(MqttBrokerOptions.ChooseWhenQueueFull),
        nameof(MqttBrokerOptions.Log), nameof(MqttBrokerOptions.Tap), nameof(MqttBrokerOptions.TimeProvider), nameof(MqttBrokerOptions.Limits),
    ];

    [Fact]
    public void Every_option_and_every_limit_is_a_setting_by_its_public_name()
    {
        string[] options = [.. NamesOf(typeof(MqttBrokerOptions)).Except(notSettable)];
        string[] own = [.. NamesOf(typeof(BrokerSettings)).Except([nameof(BrokerSettings.Options)])];
        string[] limits = [.. NamesOf(typeof(MqttBrokerLimits)).Select(name => $"Limits.{name}")];

        Assert.Equivalent(options.Concat(own).Concat(limits), BrokerConfiguration.Names, strict: true);
        Assert.Empty(notSettable.Except(NamesOf(typeof(MqttBrokerOptions))));
    }

    /// <summary>A row of the table that reads or writes another member is seen.</summary>
    [Fact]
    public void Every_setting_reads_and_writes_the_member_of_its_name()
    {
        foreach (Setting setting in SettingTable.All)
        {
            BrokerSettings before = BrokerConfiguration.Default.Settings;
            BrokerSettings after = setting.Set(before, Other(setting, setting.Get(before)));
            string changed = Assert.Single(ValuesOf(after).Except(ValuesOf(before))).Split(' ')[0];
            Assert.Equal(setting.Name, changed);
        }
    }

    [Fact]
    public void The_printed_configuration_is_a_file_with_the_same_settings()
    {
        BrokerConfiguration configuration = BrokerConfiguration.Default
            .With("Limits.MaxPacketLength", "64 KiB", "--limit").With("Listeners", "ws://127.0.0.1:1, mqtt://127.0.0.1:2", "--ws")
            .With("AllowAnonymous", "false", "here").With("Limits.PacketTimeout", "1.5 min", "there");
        string printed = configuration.Print();
        Assert.Contains("\"MaxPacketLength\": 65536, // --limit\n", printed);
        Assert.Contains("\"AllowMissingSubprotocol\": false, // default\n", printed);
        string file = Path.GetTempFileName();
        File.WriteAllText(file, printed);
        BrokerConfiguration read = BrokerConfiguration.Default.WithFile(file);
        File.Delete(file);
        Assert.Equal(SettingTable.All.Select(one => SettingText.ToJson(one.Get(configuration.Settings))),
            SettingTable.All.Select(one => SettingText.ToJson(one.Get(read.Settings))));
    }

    [Fact]
    public void Bridges_of_the_command_line_are_printed_as_a_file()
    {
        const string Text = "cloud=wss://a/mqtt,wss://b/mqtt;UserName=edge;MaxAge=1 h;sensors/# out 1 \"\" site7/;cmd/# in 2\nother=mqtt://c;#";
        BrokerConfiguration configuration = BrokerConfiguration.Default.With("Bridges", Text, "--bridge");
        string file = Path.GetTempFileName();
        File.WriteAllText(file, configuration.Print());
        IReadOnlyList<BridgeSettings> read = BrokerConfiguration.Default.WithFile(file).Settings.Bridges;
        File.Delete(file);
        Assert.Equal(["cloud", "other"], read.Select(bridge => bridge.Name));
        MqttBridgeOptions options = read[0].ToOptions();
        Assert.Equal(["wss://a/mqtt", "wss://b/mqtt"], options.Remote.Addresses);
        Assert.Equal(("edge", TimeSpan.FromHours(1)), (options.Remote.UserName, options.MaxAge));
        MqttBridgeRule[] rules =
        [
            new("sensors/#", MqttBridgeDirection.Out, QualityOfService.AtLeastOnce, "", "site7/"),
            new("cmd/#", MqttBridgeDirection.In, QualityOfService.ExactlyOnce),
        ];
        Assert.Equal(rules, options.Rules);
    }

    [Theory]
    [InlineData("cloud", "Bridges: \"cloud\" must be NAME=ADDRESS;RULE")]
    [InlineData("cloud=mqtt://a", "Bridges: bridge cloud: The bridge cannot be used. It has no rule")]
    [InlineData("cloud=mqtt://a;a/#;MaxInFlight=0", "Bridges: bridge cloud: The bridge cannot be used. MaxInFlight is 0")]
    [InlineData("a/b=mqtt://a;a/#", "Bridges: bridge a/b: The bridge cannot be used. The name")]
    [InlineData("cloud=mqtt://a;a/# out 3", "Bridges: bridge cloud: The rule \"a/# out 3\" cannot be read")]
    public void A_wrong_bridge_of_the_command_line_is_refused(string text, string expected) => Assert.StartsWith(
        expected, Assert.Throws<ConfigurationException>(() => BrokerConfiguration.Default.With("Bridges", text, "--bridge")).Message);

    [Fact]
    public void A_later_source_counts()
    {
        string file = Path.GetTempFileName();
        File.WriteAllText(file, "{\n\"LogJson\": true,\n\"Limits\": {\"MaxSubscriptions\": 5, \"MaxInFlight\": 21, \"MaxTopicLevels\": 6}}");
        Dictionary<string, string> environment = new()
        {
            ["RAWMQTT_BROKER_LIMITS_MAX_IN_FLIGHT"] = "22",
            ["RAWMQTT_BROKER_LIMITS_MAX_TOPIC_LEVELS"] = "7",
            ["RAWMQTT_BROKER_CONFIG"] = file,
            ["RAWMQTT_URL"] = "ws://a",
        };
        Assert.Equal(file, BrokerConfiguration.FileIn(environment));
        BrokerConfiguration configuration = BrokerConfiguration.Default.WithFile(file).WithEnvironment(environment)
            .With("Limits.MaxTopicLevels", "8", "--limit");
        File.Delete(file);

        MqttBrokerLimits limits = configuration.Settings.Options.Limits;
        Assert.Equal((5, 22, 8), (limits.MaxSubscriptions, limits.MaxInFlight, limits.MaxTopicLevels));
        Assert.Equal($"{file}:3", configuration.SourceOf("Limits.MaxSubscriptions"));
        Assert.Equal("RAWMQTT_BROKER_LIMITS_MAX_IN_FLIGHT", configuration.SourceOf("Limits.MaxInFlight"));
        Assert.Equal("--limit", configuration.SourceOf("Limits.MaxTopicLevels"));
        Assert.Equal("default", configuration.SourceOf("Quiet"));
    }

    [Theory]
    [InlineData("RAWMQTT_BROKER_LOGJSON", "true", "RAWMQTT_BROKER_LOGJSON is not known; the nearest name is RAWMQTT_BROKER_LOG_JSON.")]
    [InlineData("RAWMQTT_BROKER_LOG_JSON", "yes", "RAWMQTT_BROKER_LOG_JSON: it must be true or false.")]
    public void A_wrong_variable_is_refused_by_its_name(string name, string value, string expected)
    {
        ConfigurationException wrong = Assert.Throws<ConfigurationException>(
            () => BrokerConfiguration.Default.WithEnvironment(new Dictionary<string, string> { [name] = value }));
        Assert.Equal(expected, wrong.Message);
    }

    [Fact]
    public void A_wrong_name_is_refused_with_the_nearest_one() => Assert.Equal(
        "Limits.MaxPacket is not known.",
        Assert.Throws<ConfigurationException>(() => BrokerConfiguration.Default.With("Limits.MaxPacket", "1", "--limit")).Message.Split(';')[0] + ".");

    /// <summary>With RAWMQTT_WRITE_SPEC_NOTES set, this writes the file that it otherwise compares.</summary>
    [Fact]
    public void The_published_schema_is_that_of_the_settings()
    {
        string path = Repository.PathOf("docs/rawmqtt-broker.schema.json");
        if (Environment.GetEnvironmentVariable("RAWMQTT_WRITE_SPEC_NOTES") is not null) File.WriteAllText(path, ConfigurationSchema.Write());
        Assert.Equal(ConfigurationSchema.Write(), File.ReadAllText(path));
    }

    private static IEnumerable<string> NamesOf(Type type) =>
        type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(property => property.Name);

    /// <summary>All members that a configuration can set, as NAME VALUE.</summary>
    private static IEnumerable<string> ValuesOf(BrokerSettings settings) =>
    [
        .. settings.GetType().GetProperties().Where(one => one.Name != "Options").Select(one => $"{one.Name} {Text(one.GetValue(settings))}"),
        .. settings.Options.GetType().GetProperties().Where(one => one.Name != "Limits").Select(one => $"{one.Name} {Text(one.GetValue(settings.Options))}"),
        .. settings.Options.Limits.GetType().GetProperties().Select(one => $"Limits.{one.Name} {Text(one.GetValue(settings.Options.Limits))}"),
    ];

    private static string Text(object? value) => value switch
    {
        IEnumerable<string> texts => string.Join(' ', texts),
        IEnumerable<BridgeSettings> bridges => string.Join(' ', bridges),
        _ => $"{value}",
    };

    private static object Other(Setting setting, object? value) => setting.Kind switch
    {
        SettingKind.Flag => value is not true,
        SettingKind.Choice => setting.Choices.Last(choice => choice != (string)value!),
        SettingKind.Texts => new[] { "another" },
        SettingKind.Bridges => new[] { new BridgeSettings { Name = "another" } },
        SettingKind.Count or SettingKind.Bytes => (long)value! + 1,
        SettingKind.Time => (TimeSpan)value! + TimeSpan.FromSeconds(1),
        _ => "another",
    };
}
