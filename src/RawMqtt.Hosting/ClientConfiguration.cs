// SPDX-License-Identifier: MIT

using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace RawMqtt.Hosting;

/// <summary>Reads the options of a client from a section of the configuration, without reflection.</summary>
internal static class ClientConfiguration
{
    public static readonly Dictionary<string, Func<MqttWill, IConfigurationSection, MqttWill>> Will = new(StringComparer.OrdinalIgnoreCase)
    {
        [nameof(MqttWill.Topic)] = (w, s) => w with { Topic = Text(s) },
        [nameof(MqttWill.Payload)] = (w, s) => w with { PayloadText = Text(s) },
        [nameof(MqttWill.PayloadText)] = (w, s) => w with { PayloadText = Text(s) },
        [nameof(MqttWill.Qos)] = (w, s) => w with { Qos = Choice<QualityOfService>(s) },
        [nameof(MqttWill.Retain)] = (w, s) => w with { Retain = Flag(s) },
    };

    public static readonly Dictionary<string, Func<MqttTlsOptions, IConfigurationSection, MqttTlsOptions>> Tls = new(StringComparer.OrdinalIgnoreCase)
    {
        [nameof(MqttTlsOptions.CertificateAuthorityFile)] = (t, s) => t with { CertificateAuthorityFile = Text(s) },
        [nameof(MqttTlsOptions.CertificateAuthorityFolder)] = (t, s) => t with { CertificateAuthorityFolder = Text(s) },
        [nameof(MqttTlsOptions.CertificateFile)] = (t, s) => t with { CertificateFile = Text(s) },
        [nameof(MqttTlsOptions.KeyFile)] = (t, s) => t with { KeyFile = Text(s) },
        [nameof(MqttTlsOptions.KeyPassword)] = (t, s) => t with { KeyPassword = Text(s) },
        [nameof(MqttTlsOptions.ServerName)] = (t, s) => t with { ServerName = Text(s) },
        [nameof(MqttTlsOptions.Pin)] = (t, s) => t with { Pin = Text(s) },
        [nameof(MqttTlsOptions.ApplicationProtocols)] = (t, s) => t with { ApplicationProtocols = Texts(s) },
        [nameof(MqttTlsOptions.AllowUntrusted)] = (t, s) => t with { AllowUntrusted = Flag(s) },
    };

    /// <summary>How each name changes the options.</summary>
    public static readonly Dictionary<string, Func<MqttClientOptions, IConfigurationSection, MqttClientOptions>> Options = new(StringComparer.OrdinalIgnoreCase)
    {
        [nameof(MqttClientOptions.Addresses)] = (o, s) => o with { Addresses = Texts(s) },
        [nameof(MqttClientOptions.Address)] = (o, s) => o with { Address = Text(s) },
        [nameof(MqttClientOptions.ClientId)] = (o, s) => o with { ClientId = Text(s) },
        [nameof(MqttClientOptions.CleanSession)] = (o, s) => o with { CleanSession = Flag(s) },
        [nameof(MqttClientOptions.IsBridge)] = (o, s) => o with { IsBridge = Flag(s) },
        [nameof(MqttClientOptions.SessionFile)] = (o, s) => o with { SessionFile = Text(s) },
        [nameof(MqttClientOptions.RepublishQos2)] = (o, s) => o with { RepublishQos2 = Flag(s) },
        [nameof(MqttClientOptions.AcceptPubAckForQos2)] = (o, s) => o with { AcceptPubAckForQos2 = Flag(s) },
        [nameof(MqttClientOptions.Subscriptions)] = (o, s) => o with { Subscriptions = [.. s.GetChildren().Select(Filter)] },
        [nameof(MqttClientOptions.MaxFiltersPerSubscribe)] = (o, s) => o with { MaxFiltersPerSubscribe = (int)Number(s) },
        [nameof(MqttClientOptions.UnmatchedWait)] = (o, s) => o with { UnmatchedWait = Time(s) },
        [nameof(MqttClientOptions.MaxWaitingTime)] = (o, s) => o with { MaxWaitingTime = Time(s) },
        [nameof(MqttClientOptions.KeepAlive)] = (o, s) => o with { KeepAlive = Time(s) },
        [nameof(MqttClientOptions.PingTimeout)] = (o, s) => o with { PingTimeout = Time(s) },
        [nameof(MqttClientOptions.ConnectTimeout)] = (o, s) => o with { ConnectTimeout = Time(s) },
        [nameof(MqttClientOptions.ReconnectDelay)] = (o, s) => o with { ReconnectDelay = Time(s) },
        [nameof(MqttClientOptions.MaxReconnectDelay)] = (o, s) => o with { MaxReconnectDelay = Time(s) },
        [nameof(MqttClientOptions.RetryFirstConnect)] = (o, s) => o with { RetryFirstConnect = Flag(s) },
        [nameof(MqttClientOptions.UserName)] = (o, s) => o with { UserName = Text(s) },
        [nameof(MqttClientOptions.Password)] = (o, s) => o with { PasswordText = Text(s) },
        [nameof(MqttClientOptions.PasswordText)] = (o, s) => o with { PasswordText = Text(s) },
        [nameof(MqttClientOptions.Will)] = (o, s) => o with { Will = Read(s, o.Will ?? new MqttWill(), Will) },
        [nameof(MqttClientOptions.Tls)] = (o, s) => o with { Tls = Read(s, o.Tls ?? new MqttTlsOptions(), Tls) },
        [nameof(MqttClientOptions.RequestHeaders)] = (o, s) =>
            o with { RequestHeaders = [.. s.GetChildren().Select(one => KeyValuePair.Create(one.Key, Text(one)))] },
        [nameof(MqttClientOptions.MaxInFlight)] = (o, s) => o with { MaxInFlight = (int)Number(s) },
        [nameof(MqttClientOptions.AckTimeout)] = (o, s) => o with { AckTimeout = Time(s) },
        [nameof(MqttClientOptions.MaxPacketLength)] = (o, s) => o with { MaxPacketLength = (int)Number(s) },
        [nameof(MqttClientOptions.OfflinePublishing)] = (o, s) => o with { OfflinePublishing = Choice<MqttOfflinePublishing>(s) },
        [nameof(MqttClientOptions.MaxQueuedMessages)] = (o, s) => o with { MaxQueuedMessages = (int)Number(s) },
        [nameof(MqttClientOptions.MaxQueuedBytes)] = (o, s) => o with { MaxQueuedBytes = Number(s) },
    };

    /// <exception cref="MqttException"><see cref="MqttErrorCode.InvalidOptions"/>: a name or a value is wrong; the message has its path.</exception>
    public static MqttClientOptions Read(IConfiguration section, MqttClientOptions defaults) => Read(section, defaults, Options);

    private static T Read<T>(IConfiguration section, T value, Dictionary<string, Func<T, IConfigurationSection, T>> table)
    {
        foreach (IConfigurationSection child in section.GetChildren())
        {
            if (!table.TryGetValue(child.Key, out Func<T, IConfigurationSection, T>? apply))
                throw Fault(child, $"is no option. There are: {string.Join(", ", table.Keys)}");
            value = apply(value, child);
        }

        return value;
    }

    private static MqttTopicFilter Filter(IConfigurationSection section)
    {
        if (section.Value is { } text) return text;
        IConfigurationSection qos = section.GetSection(nameof(MqttTopicFilter.Qos));
        return new MqttTopicFilter(Text(section.GetSection(nameof(MqttTopicFilter.Filter))), qos.Value is null ? default : Choice<QualityOfService>(qos));
    }

    private static string Text(IConfigurationSection section) => section.Value ?? throw Fault(section, "has no value");

    private static string[] Texts(IConfigurationSection section) => section.Value?.Split(',') ?? [.. section.GetChildren().Select(Text)];

    private static bool Flag(IConfigurationSection section) =>
        bool.TryParse(Text(section), out bool flag) ? flag : throw Fault(section, "is true or false");

    private static long Number(IConfigurationSection section) =>
        long.TryParse(Text(section), NumberStyles.Integer, CultureInfo.InvariantCulture, out long number) && (number <= int.MaxValue || IsLong(section))
            ? number : throw Fault(section, "is a whole number");

    private static bool IsLong(IConfigurationSection section) =>
        section.Key.Equals(nameof(MqttClientOptions.MaxQueuedBytes), StringComparison.OrdinalIgnoreCase);

    /// <summary>A number alone is seconds: the framework's own reading would be days.</summary>
    private static TimeSpan Time(IConfigurationSection section)
    {
        string text = Text(section);
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double seconds)) return TimeSpan.FromSeconds(seconds);
        return TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out TimeSpan time) ? time : throw Fault(section, "is seconds, or hh:mm:ss");
    }

    private static T Choice<T>(IConfigurationSection section)
        where T : struct, Enum =>
        Enum.TryParse(Text(section), ignoreCase: true, out T value) && Enum.IsDefined(value)
            ? value : throw Fault(section, $"is one of {string.Join(", ", Enum.GetNames<T>())}");

    private static MqttException Fault(IConfigurationSection section, string what) =>
        new(MqttErrorCode.InvalidOptions, $"The configuration cannot be used: {section.Path} {what}.");
}
