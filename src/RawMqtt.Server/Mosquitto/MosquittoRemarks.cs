// SPDX-License-Identifier: MIT

namespace RawMqtt.Server.Mosquitto;

/// <summary>Says what to do about options of mosquitto that have no setting here.</summary>
internal static class MosquittoRemarks
{
    private static readonly HashSet<string> ofABridge =
    [
        "connection", "address", "addresses", "topic", "cleansession", "local_cleansession", "clientid", "keepalive_interval", "start_type",
        "restart_timeout", "round_robin", "try_private", "notifications", "notification_topic", "notifications_local_only", "idle_timeout", "threshold",
        "username", "password", "remote_username", "remote_password", "remote_clientid", "local_username", "local_password", "local_clientid",
    ];

    /// <summary>Returns whether the option belongs to a connection to another broker.</summary>
    public static bool IsOfABridge(string name) => ofABridge.Contains(name) || name.StartsWith("bridge_", StringComparison.Ordinal);

    /// <summary>Returns null if the broker does the same anyway; otherwise what is missing.</summary>
    public static string? Of(MosquittoLine line) => (line.Name, line.Value) switch
    {
        ("set_tcp_nodelay" or "allow_zero_length_clientid" or "retain_available" or "log_timestamp" or "connection_messages", "true") => null,
        ("persistence" or "queue_qos0_messages" or "upgrade_outgoing_qos" or "allow_duplicate_messages" or "per_listener_settings", "false") => null,
        ("log_dest", "stderr") => null,
        ("per_listener_settings", _) => "users, access rules and certificates hold for all listeners",
        ("log_dest", _) => "the log goes to the error output: the service manager keeps it, or redirect it",
        ("pid_file", _) => "no file is written: the service manager knows the process",
        ("user", _) => "the broker changes no user: set it in the unit file",
        ("capath", _) => "write the authorities into one file, for ClientCertificateAuthorityFile",
        ("tls_version" or "ciphers" or "ciphers_tls1.3" or "dhparamfile" or "tls_engine" or "tls_keyform", _) => "the TLS policy of the system decides",
        ("psk_file" or "psk_hint", _) => "pre-shared keys are not supported",
        ("http_dir", _) => "the broker serves no files",
        ("mount_point", _) => "listeners have no prefix of topics",
        ("plugin" or "auth_plugin" or "global_plugin", _) => "plugins of mosquitto cannot be loaded; the library has hooks",
        ("include_dir", _) => "the folder is not there",
        ("persistence" or "persistence_file" or "persistence_location" or "autosave_interval" or "autosave_on_changes", _) =>
            "the state of the broker is not stored as mosquitto.db",
        ("auto_id_prefix", _) => "identifiers that the broker gives begin with auto-",
        ("max_keepalive", _) => "each Keep Alive of 3.1.1 is taken",
        ("memory_limit", _) => "set Limits.MaxKeptBytes and the other limits; the variable DOTNET_GCHeapHardLimit bounds the whole process",
        _ when line.Name.StartsWith("auth_opt_", StringComparison.Ordinal) || line.Name.StartsWith("plugin_opt_", StringComparison.Ordinal) =>
            "plugins of mosquitto cannot be loaded",
        _ => "it has no setting here",
    };
}
